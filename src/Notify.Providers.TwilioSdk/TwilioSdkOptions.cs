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
        if (StatusCallbackUrl is { IsAbsoluteUri: false })
            yield return new ValidationResult(
                $"{nameof(StatusCallbackUrl)} must be an absolute URL.",
                [nameof(StatusCallbackUrl)]
            );
    }
}
