using System.ComponentModel.DataAnnotations;
using Twilio.Clients;

namespace Notify.Providers.TwilioSdk;

/// <summary>The options of a provider that uses Twilio's .NET library. They are validated at start.</summary>
public sealed class TwilioSdkOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the function that creates the client, which holds the account:
    /// <c>http => new TwilioRestClient(sid, secret, httpClient: http)</c>. It is called once. Required. A client that does not
    /// use the given HTTP client (<c>_ => client</c>) also works. However, a cancelled attempt then continues in the background,
    /// and Notify does not see Twilio's Retry-After, because the library supports neither.
    /// </summary>
    [Required]
    public Func<Twilio.Http.HttpClient, ITwilioRestClient>? CreateClient { get; set; }

    /// <summary>
    /// Gets or sets the sender: one of the account's numbers in E.164 form, a short code or a sender id. Set either this or
    /// <see cref="MessagingServiceSid"/>. The default is null.
    /// </summary>
    public string? From { get; set; }

    /// <summary>
    /// Gets or sets the SID of a messaging service, which chooses the sender: <c>MG</c> and 32 hexadecimal digits. Set either
    /// this or <see cref="From"/>. The default is null.
    /// </summary>
    public string? MessagingServiceSid { get; set; }

    /// <summary>
    /// Gets or sets the senders of the account that messages may name (<see cref="SmsContent.From"/>): numbers in E.164 form,
    /// short codes and alphanumeric sender IDs. A message that names one is sent from it instead of from <see cref="From"/> or
    /// the messaging service. Sender IDs are case-sensitive. The default is empty, which allows none.
    /// </summary>
    public IList<string> AllowedFrom { get; set; } = [];

    /// <summary>
    /// Gets or sets the URL to which Twilio reports the status of each message. The default is null, which uses the URL of the
    /// messaging service, if it has one.
    /// </summary>
    public Uri? StatusCallbackUrl { get; set; }

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(From) == string.IsNullOrWhiteSpace(MessagingServiceSid))
            yield return new ValidationResult(
                $"Set exactly one of {nameof(From)} and {nameof(MessagingServiceSid)}.",
                [nameof(From)]
            );
        foreach (var sender in AllowedFrom.Where(sender => !SmsRules.IsSender(sender)))
        {
            yield return new ValidationResult(
                $"{nameof(AllowedFrom)} contains '{sender}', which is not a number in E.164 form, a short code or a sender id.",
                [nameof(AllowedFrom)]
            );
        }

        if (StatusCallbackUrl is { IsAbsoluteUri: false })
            yield return new ValidationResult(
                $"{nameof(StatusCallbackUrl)} must be an absolute URL.",
                [nameof(StatusCallbackUrl)]
            );
    }
}
