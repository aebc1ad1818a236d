using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Smtp;

/// <summary>The mail server to hand email to, and in whose name. Validated at start.</summary>
public sealed class SmtpOptions
{
    /// <summary>The server's host name or IP address. Under TLS its certificate must name it. Required.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>
    /// The server's port. 1 to 65,535; default 587, message submission (RFC 6409). With <see cref="SmtpSecurity.Tls"/> it is
    /// mostly 465 (RFC 8314).
    /// </summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>How the connection is protected. Default: <see cref="SmtpSecurity.StartTls"/>.</summary>
    [EnumDataType(typeof(SmtpSecurity))]
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>
    /// The account to log in with, by AUTH PLAIN or else AUTH LOGIN; the server must offer one of them. Null, the default, sends
    /// without login. Without TLS it is accepted for a loopback host only, since the password would travel in clear. A refused
    /// login is the provider's failure: mail waits for the right one, or goes by another provider.
    /// </summary>
    public string? UserName { get; set; }

    /// <summary>The account's password. Required with <see cref="UserName"/>, and of no use without.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// The mailbox that mail comes from (<c>shop@example.org</c>), without a display name. Its domain also ends the Message-ID.
    /// Required.
    /// </summary>
    [Required]
    public string From { get; set; } = "";

    /// <summary>The name shown beside <see cref="From"/>. Null, the default, shows the mailbox alone.</summary>
    public string? FromName { get; set; }

    /// <summary>The mailbox that answers go to. Null, the default, leaves them to <see cref="From"/>.</summary>
    public string? ReplyTo { get; set; }

    /// <summary>
    /// The mailbox that bounces go to, such as <c>bounces@example.org</c>. Each delivery gets an address of its own beneath it,
    /// <c>bounces+{delivery id}@example.org</c>, by which a bounce tells what bounced, so the mailbox must take such addresses
    /// (subaddressing, RFC 5233). Its local part has at most 31 characters (RFC 5321 section 4.5.3.1.1 less the id). Null, the
    /// default, leaves bounces to <see cref="From"/>.
    /// </summary>
    public string? BounceAddress { get; set; }

    /// <summary>
    /// Gets or sets how many connections to the server there are at a time, each of which sends one message after another. It is
    /// also how many deliveries a process sends through the provider at a time, unless
    /// <see cref="ProviderOptions.MaxConcurrency"/> says otherwise. 1 to 256; default 8.
    /// </summary>
    [Range(1, 256)]
    public int MaxConnections { get; set; } = 8;

    /// <summary>
    /// How long a connection that nothing is sent over stays open. 1 second to 5 minutes, after which servers may close it
    /// themselves (RFC 5321 section 4.5.3.2.7); default 30 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:05:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long the server may take to accept or refuse a message once all of it was sent. It counts in addition to
    /// <see cref="NotificationsOptions.AttemptTimeout"/>, because a message that is given up while the server takes it over
    /// arrives twice. 1 second to 1 hour; default 10 minutes (RFC 5321 section 4.5.3.2.6).
    /// </summary>
    [TimeRange("00:00:01", "01:00:00")]
    public TimeSpan AcceptanceTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The server; never the login.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>How the connection to a mail server is protected.</summary>
public enum SmtpSecurity
{
    /// <summary>Not at all: for a server on this machine or in a network that is trusted.</summary>
    None,

    /// <summary>
    /// TLS by STARTTLS (RFC 3207). A server that does not offer it, or whose certificate the machine does not trust, is sent
    /// nothing.
    /// </summary>
    StartTls,

    /// <summary>
    /// TLS from the first byte (RFC 8314), mostly on port 465. A server whose certificate the machine does not trust is sent
    /// nothing.
    /// </summary>
    Tls,
}
