using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Smtp;

/// <summary>The options of a mail server and of the email that is sent through it. Validated at start.</summary>
public sealed class SmtpOptions
{
    /// <summary>
    /// Gets or sets the server's host name or IP address. With TLS, the server's certificate must contain it. Required.
    /// </summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>
    /// Gets or sets the server's port. 1 to 65,535; default 587, which is for message submission (RFC 6409). Servers usually
    /// expect <see cref="SmtpSecurity.TlsOnConnect"/> on port 465 (RFC 8314).
    /// </summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>Gets or sets how the connection is protected. Default: <see cref="SmtpSecurity.StartTls"/>.</summary>
    [EnumDataType(typeof(SmtpSecurity))]
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>
    /// Gets or sets the account to log in with. Default: null, to send without a login. The server must offer AUTH PLAIN or AUTH
    /// LOGIN. Without TLS, the password would be sent in plain text, so a login is allowed only to a loopback host. If the server
    /// refuses the login, the provider fails: deliveries are retried later or sent by another provider.
    /// </summary>
    public string? UserName { get; set; }

    /// <summary>Gets or sets the account's password. Required with <see cref="UserName"/>, and not allowed without it.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// Gets or sets the address that email is sent from (<c>shop@example.org</c>), without a display name. Its domain is also the
    /// domain of the Message-ID. Required.
    /// </summary>
    [Required]
    public string From { get; set; } = "";

    /// <summary>Gets or sets the display name of <see cref="From"/>. Default: null, for no name.</summary>
    public string? FromName { get; set; }

    /// <summary>
    /// Gets or sets the other senders that messages may name (<see cref="EmailContent.From"/>): addresses, and domains in the
    /// form <c>@shop.example</c>, which do not include their subdomains. The mail server must accept them, and SPF and DKIM of
    /// their domains must permit it. Default: empty, which allows only <see cref="From"/>.
    /// </summary>
    public IList<string> AllowedFrom { get; set; } = [];

    /// <summary>Gets or sets the address for replies. Default: null, for <see cref="From"/>.</summary>
    public string? ReplyTo { get; set; }

    /// <summary>
    /// Gets or sets the address for bounces, such as <c>bounces@example.org</c>. Default: null, for <see cref="From"/>. Each
    /// delivery uses its own address, <c>bounces+{delivery id}@example.org</c>, which identifies the delivery that bounced, so
    /// the mail server must support subaddressing (RFC 5233). The local part has at most 31 characters, because with the id it
    /// must not exceed 64 (RFC 5321 section 4.5.3.1.1).
    /// </summary>
    public string? BounceAddress { get; set; }

    /// <summary>
    /// Gets or sets the maximum number of connections to the server at a time. Each connection sends one message after another,
    /// so this is also the number of deliveries that a process sends at a time, unless
    /// <see cref="ProviderOptions.MaxConcurrency"/> is set. 1 to 256; default 8.
    /// </summary>
    [Range(1, 256)]
    public int MaxConnections { get; set; } = 8;

    /// <summary>
    /// Gets or sets how long an idle connection stays open. 1 second to 5 minutes, after which a server may close it (RFC 5321
    /// section 4.5.3.2.7); default 30 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:05:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long the server may take to accept or refuse a message after all of it was sent. This time is added to
    /// <see cref="NotificationsOptions.AttemptTimeout"/>: if the client gave up while the server still accepted the message, the
    /// retry would be a duplicate. 1 second to 1 hour; default 10 minutes (RFC 5321 section 4.5.3.2.6).
    /// </summary>
    [TimeRange("00:00:01", "01:00:00")]
    public TimeSpan AcceptanceTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Returns the host and port, and never the credentials.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>How the connection to a mail server is protected.</summary>
public enum SmtpSecurity
{
    /// <summary>No protection. Use it only for a server on this machine or in a trusted network.</summary>
    None,

    /// <summary>
    /// TLS with STARTTLS (RFC 3207). Nothing is sent to a server that does not offer it, or whose certificate the machine does
    /// not trust.
    /// </summary>
    StartTls,

    /// <summary>
    /// TLS from the first byte (RFC 8314), usually on port 465. Nothing is sent to a server whose certificate the machine does
    /// not trust.
    /// </summary>
    TlsOnConnect,
}
