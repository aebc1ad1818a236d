using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>The options that the callbacks of all mail vendors have.</summary>
public abstract class MailCallbackOptions
{
    /// <summary>
    /// Gets or sets the secret that signs the reference to the delivery, which each email carries in a header and the vendor
    /// returns with its events. Without a signature, a tenant that may set headers could report events of another one. 32 to
    /// 1,024 characters. All nodes must have the same secret. Events of email that was sent with another one are ignored.
    /// Required.
    /// </summary>
    [Required, StringLength(1_024, MinimumLength = 32)]
    public string? Key { get; set; }

    /// <summary>
    /// Gets or sets whether a complaint about spam opts the user out of email, as an unsubscribe link without a category does.
    /// Direct addresses have no preferences, and mandatory categories are sent anyway. Default: true.
    /// </summary>
    public bool OptOutOnComplaint { get; set; } = true;

    /// <summary>Returns the name of the type, and never the secrets.</summary>
    public override string ToString() => GetType().Name;
}

/// <summary>The options of the callback of Amazon SES, which reports events through Amazon SNS. Validated at start.</summary>
public sealed class SesCallbackOptions : MailCallbackOptions
{
    /// <summary>
    /// Gets or sets the ARNs of the SNS topics that may report events, such as
    /// <c>arn:aws:sns:eu-north-1:123456789012:mail-events</c>. Calls of other topics are refused. At least one.
    /// </summary>
    public IList<string> TopicArns { get; set; } = [];

    /// <summary>
    /// Gets or sets the configuration set that each email names, so that SES publishes its events. Set it unless the identity has
    /// a default configuration set. 1 to 64 ASCII letters, digits, hyphens and underscores. The default is null.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9_-]{1,64}$")]
    public string? ConfigurationSet { get; set; }

    /// <summary>
    /// Gets or sets the hosts from which certificates are downloaded and at which subscriptions are confirmed. The default is
    /// empty, for those of SNS in the regions of the topics, such as <c>sns.eu-north-1.amazonaws.com</c>. Set it only for a
    /// region with other host names.
    /// </summary>
    public IList<string> Hosts { get; set; } = [];

    /// <summary>
    /// Gets or sets whether the subscription of an allowed topic is confirmed automatically. Default: true. If false, an operator
    /// confirms it in the console of AWS.
    /// </summary>
    public bool ConfirmSubscriptions { get; set; } = true;

    /// <summary>
    /// Gets or sets the maximum age of a message; an older one is refused. 1 minute to 7 days; default 1 hour, in which SNS makes
    /// all its attempts by default.
    /// </summary>
    [TimeRange("00:01:00", "7.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>The options of the callback of SendGrid's Event Webhook. Validated at start.</summary>
public sealed class SendGridCallbackOptions : MailCallbackOptions
{
    /// <summary>
    /// Gets or sets the verification keys that SendGrid shows for the signed webhook: ECDSA public keys on the curve P-256 in
    /// base64. A call is accepted if one of them verifies its signature. At least one.
    /// </summary>
    public IList<string> PublicKeys { get; set; } = [];

    /// <summary>
    /// Gets or sets the maximum age of a call; an older one is refused. 1 minute to 7 days; default 25 hours, because SendGrid
    /// repeats a call for a day.
    /// </summary>
    [TimeRange("00:01:00", "7.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(25);
}

/// <summary>
/// The options of the callback of Postmark's webhooks, which send credentials instead of a signature. Validated at start.
/// </summary>
public sealed class PostmarkCallbackOptions : MailCallbackOptions
{
    /// <summary>
    /// Gets or sets the user name of the webhook's HTTP Basic authentication, without a colon. Required.
    /// </summary>
    [Required, RegularExpression("^[^:]{1,256}$")]
    public string? UserName { get; set; }

    /// <summary>
    /// Gets or sets the password of the webhook's HTTP Basic authentication. 16 to 1,024 characters. Required.
    /// </summary>
    [Required, StringLength(1_024, MinimumLength = 16)]
    public string? Password { get; set; }
}
