using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Twilio;

/// <summary>The Twilio account to send from, and in whose name. Validated at start.</summary>
public sealed class TwilioOptions
{
    /// <summary>The account's SID: <c>AC</c> and 32 hexadecimal digits. Required.</summary>
    [Required]
    public string AccountSid { get; set; } = "";

    /// <summary>
    /// The account's auth token. It opens the API unless an API key is given, and it is what Twilio signs callbacks with:
    /// required without an API key, and with <see cref="StatusCallbackUrl"/>. Default null.
    /// </summary>
    public string? AuthToken { get; set; }

    /// <summary>
    /// The SID of an API key, <c>SK</c> and 32 hexadecimal digits, which can be revoked by itself and is used instead of the auth
    /// token. Default null.
    /// </summary>
    public string? ApiKeySid { get; set; }

    /// <summary>The secret of <see cref="ApiKeySid"/>. Required with it, and of no use without.</summary>
    public string? ApiKeySecret { get; set; }

    /// <summary>
    /// The sender: a number of the account in E.164 form (<c>+46701234567</c>), a short code of 3 to 8 digits, or an alphanumeric
    /// sender id of at most 11 characters. Exactly one of this and <see cref="MessagingServiceSid"/>.
    /// </summary>
    public string? From { get; set; }

    /// <summary>
    /// The SID of the messaging service that chooses the sender: <c>MG</c> and 32 hexadecimal digits. Exactly one of this and
    /// <see cref="From"/>.
    /// </summary>
    public string? MessagingServiceSid { get; set; }

    /// <summary>
    /// Where <c>MapNotifications()</c> answers <c>/v1/callbacks/</c> and this provider's name, as Twilio reaches it from the
    /// internet, such as <c>https://example.org/notify/v1/callbacks/twilio</c>: an https URL without a query. Twilio then tells
    /// there what became of each message, which becomes its delivery's receipts. Null, the default, for no receipts.
    /// </summary>
    public Uri? StatusCallbackUrl { get; set; }

    /// <summary>
    /// What one segment costs, in <see cref="Currency"/>: the cost that an attempt shows, since Twilio says the price only after
    /// the message was sent. 0 or more; null, the default, shows the segments alone.
    /// </summary>
    public decimal? PricePerSegment { get; set; }

    /// <summary>
    /// The ISO 4217 code of <see cref="PricePerSegment"/>, such as <c>EUR</c>. Required with it, and of no use without.
    /// </summary>
    public string? Currency { get; set; }

    /// <summary>
    /// Twilio's API. A Twilio region or edge has another one, such as <c>https://api.dublin.ie1.twilio.com/</c>. An https URL;
    /// http for this machine only. Default: <c>https://api.twilio.com/</c>.
    /// </summary>
    [Required]
    public Uri BaseAddress { get; set; } = new("https://api.twilio.com/");
}
