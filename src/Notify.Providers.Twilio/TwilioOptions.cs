using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Twilio;

/// <summary>The options of a Twilio provider. They are validated at start.</summary>
public sealed class TwilioOptions
{
    /// <summary>Gets or sets the account SID: <c>AC</c> and 32 hexadecimal digits. Required.</summary>
    [Required]
    public string AccountSid { get; set; } = "";

    /// <summary>
    /// Gets or sets the account's auth token. It authenticates requests unless an API key is set, and Twilio signs callbacks with
    /// it. It is required if no API key is set or if <see cref="StatusCallbackUrl"/> is set. The default is null.
    /// </summary>
    public string? AuthToken { get; set; }

    /// <summary>
    /// Gets or sets the SID of an API key: <c>SK</c> and 32 hexadecimal digits. An API key is used instead of the auth token and
    /// can be revoked independently of it. The default is null.
    /// </summary>
    public string? ApiKeySid { get; set; }

    /// <summary>
    /// Gets or sets the secret of <see cref="ApiKeySid"/>. Set both or neither. The default is null.
    /// </summary>
    public string? ApiKeySecret { get; set; }

    /// <summary>
    /// Gets or sets the sender: one of the account's numbers in E.164 form (<c>+46701234567</c>), a short code of 3 to 8 digits,
    /// or an alphanumeric sender id of at most 11 characters. Set either this or <see cref="MessagingServiceSid"/>. The default
    /// is null.
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
    /// Gets or sets the public URL of this provider's callback endpoint, which <c>MapNotifications()</c> maps at
    /// <c>/v1/callbacks/</c> followed by the provider's name, such as <c>https://example.org/notify/v1/callbacks/twilio</c>. It
    /// must be an https URL without a query. Twilio reports the status of each message to it, and Notify stores the reports as
    /// receipts of the delivery. The default is null, which requests no receipts.
    /// </summary>
    public Uri? StatusCallbackUrl { get; set; }

    /// <summary>
    /// Gets or sets the price of one segment in <see cref="Currency"/>, 0 or more. It is used to estimate the cost of an attempt,
    /// because Twilio reports the actual price only after the message has been sent. The default is null, which records only the
    /// number of segments.
    /// </summary>
    public decimal? PricePerSegment { get; set; }

    /// <summary>
    /// Gets or sets the currency of <see cref="PricePerSegment"/> as an ISO 4217 code, such as <c>EUR</c>. Set both or neither.
    /// The default is null.
    /// </summary>
    public string? Currency { get; set; }

    /// <summary>
    /// Gets or sets the address of Twilio's API. Twilio's regions and edges have their own, such as
    /// <c>https://api.dublin.ie1.twilio.com/</c>. It must be an https URL; http is allowed only for loopback addresses. The
    /// default is <c>https://api.twilio.com/</c>.
    /// </summary>
    [Required]
    public Uri BaseAddress { get; set; } = new("https://api.twilio.com/");
}
