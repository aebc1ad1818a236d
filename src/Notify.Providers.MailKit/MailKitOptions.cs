using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.MailKit;

/// <summary>The mail server to hand email to, and in whose name. Validated at start.</summary>
public sealed class MailKitOptions
{
    /// <summary>The server's host name or IP address. Under TLS its certificate must name it. Required.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>
    /// The server's port. 1 to 65,535; default 587, message submission (RFC 6409). For <see cref="MailKitSecurity.TlsOnConnect"/>
    /// it is 465 almost everywhere (RFC 8314).
    /// </summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>How the connection is protected. Default: <see cref="MailKitSecurity.StartTls"/>.</summary>
    [EnumDataType(typeof(MailKitSecurity))]
    public MailKitSecurity Security { get; set; } = MailKitSecurity.StartTls;

    /// <summary>
    /// Whether the authority of the server's certificate is asked if it has been revoked. Default true; a machine that cannot
    /// reach the authority needs false.
    /// </summary>
    public bool CheckCertificateRevocation { get; set; } = true;

    /// <summary>
    /// The account to log in with. Null, the default, sends without login. Without TLS it is accepted for a loopback host only,
    /// since what proves the account would travel in clear.
    /// </summary>
    public string? UserName { get; set; }

    /// <summary>
    /// The account's password, for the strongest mechanism that the server offers. This or <see cref="AccessToken"/>.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>
    /// Gives an OAuth 2.0 access token for the account, for OAUTHBEARER (RFC 7628), or XOAUTH2 where the server lacks that.
    /// Called for each new connection, so it should keep a token as long as it is valid. This or <see cref="Password"/>.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? AccessToken { get; set; }

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
    /// The mailbox that bounces go to. Each message's own is made of it, <c>bounces+DELIVERY@example.org</c> with the delivery's
    /// id in 32 hexadecimal digits, so that a bounce tells its delivery. Its local part has at most 31 characters (RFC 5321
    /// section 4.5.3.1.1 allows 64 with the id). Null, the default, sends bounces to <see cref="From"/>.
    /// </summary>
    public string? BounceAddress { get; set; }

    /// <summary>Signs messages by DKIM (RFC 6376). Null, the default, leaves that to the server.</summary>
    public DkimOptions? Dkim { get; set; }

    /// <summary>
    /// The proxy to reach the server by: <c>socks5://</c>, <c>socks4://</c>, <c>socks4a://</c> or <c>http://</c>, a host, a port,
    /// and a user and password where it asks for them. Null, the default, connects directly.
    /// </summary>
    public Uri? Proxy { get; set; }

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

/// <summary>How messages are signed by DKIM, with RSA and SHA-256 over relaxed headers and body.</summary>
public sealed class DkimOptions
{
    /// <summary>
    /// The domain that signs (<c>example.org</c>): that of <see cref="MailKitOptions.From"/>, or one above it. Required.
    /// </summary>
    public string Domain { get; set; } = "";

    /// <summary>
    /// Which of the domain's keys: its public half is the TXT record <c>SELECTOR._domainkey.DOMAIN</c>. Required.
    /// </summary>
    public string Selector { get; set; } = "";

    /// <summary>
    /// The file that holds the private key in PEM, RSA of 1024 bits or more (RFC 8301). Read at start. Required.
    /// </summary>
    public string PrivateKeyFile { get; set; } = "";
}

/// <summary>How the connection to a mail server is protected.</summary>
public enum MailKitSecurity
{
    /// <summary>Not at all: for a server on this machine or in a network that is trusted.</summary>
    None,

    /// <summary>
    /// TLS by STARTTLS (RFC 3207). A server that does not offer it, or whose certificate the machine does not trust, is sent
    /// nothing.
    /// </summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314), usually on port 465.</summary>
    TlsOnConnect,
}
