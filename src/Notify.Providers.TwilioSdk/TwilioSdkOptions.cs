using System.ComponentModel.DataAnnotations;
using Twilio.Clients;

namespace Notify.Providers.TwilioSdk;

/// <summary>Which Twilio client sends, and in whose name. Validated at start.</summary>
public sealed class TwilioSdkOptions : IValidatableObject
{
    /// <summary>
    /// Gives the client, which holds the account: <c>http => new TwilioRestClient(sid, secret, httpClient: http)</c>. Called
    /// once. Required. A client that does not use the given HTTP client (<c>_ => client</c>) works too, but then an attempt that
    /// is given up goes on in the background, and Twilio's Retry-After is unknown, because its library has neither.
    /// </summary>
    [Required]
    public Func<Twilio.Http.HttpClient, ITwilioRestClient>? CreateClient { get; set; }

    /// <summary>
    /// The sender: a number of the account in E.164 form, a short code or a sender id. This or a messaging service.
    /// </summary>
    public string? From { get; set; }

    /// <summary>
    /// The messaging service that chooses the sender (<c>MG</c> and 32 hexadecimal digits). This or <see cref="From"/>.
    /// </summary>
    public string? MessagingServiceSid { get; set; }

    /// <summary>
    /// Where Twilio reports what became of each message. Null, the default, is what the messaging service says, if there is one.
    /// </summary>
    public Uri? StatusCallback { get; set; }

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(From) == string.IsNullOrWhiteSpace(MessagingServiceSid))
            yield return new ValidationResult($"Set one of {nameof(From)} and {nameof(MessagingServiceSid)}.", [nameof(From)]);
        if (StatusCallback is { IsAbsoluteUri: false })
            yield return new ValidationResult($"{nameof(StatusCallback)} must be an absolute URL.", [nameof(StatusCallback)]);
    }
}
