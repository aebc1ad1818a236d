using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.MailKit;

/// <summary>The options of a mail server and of the email that is sent through it. Validated at start.</summary>
public sealed class MailKitOptions
{
    /// <summary>
    /// Gets or sets the server's host name or IP address. With TLS, the server's certificate must contain it. Required.
    /// </summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>
    /// Gets or sets the server's port. 1 to 65,535; default 587, which is for message submission (RFC 6409). Servers usually
    /// expect <see cref="MailKitSecurity.TlsOnConnect"/> on port 465 (RFC 8314).
    /// </summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>Gets or sets how the connection is protected. Default: <see cref="MailKitSecurity.StartTls"/>.</summary>
    [EnumDataType(typeof(MailKitSecurity))]
    public MailKitSecurity Security { get; set; } = MailKitSecurity.StartTls;

    /// <summary>
    /// Gets or sets whether to check that the server's certificate has not been revoked. Default: true. Set it to false on a
    /// machine that cannot reach the certificate authority.
    /// </summary>
    public bool CheckCertificateRevocation { get; set; } = true;

    /// <summary>
    /// Gets or sets the account to log in with. Default: null, to send without a login. Without TLS, the credentials would be
    /// sent in plain text, so a login is allowed only to a loopback host.
    /// </summary>
    public string? UserName { get; set; }

    /// <summary>
    /// Gets or sets the account's password. It is used with the strongest mechanism that the server offers. Set either this or
    /// <see cref="AccessToken"/>.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>
    /// Gets or sets a function that returns an OAuth 2.0 access token for the account. The token is used with OAUTHBEARER
    /// (RFC 7628), or with XOAUTH2 if the server does not offer OAUTHBEARER. The function is called for each new connection, so
    /// it should cache the token while it is valid. Set either this or <see cref="Password"/>.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? AccessToken { get; set; }

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

    /// <summary>Gets or sets how messages are signed with DKIM (RFC 6376). Default: null, to leave it to the server.</summary>
    public DkimOptions? Dkim { get; set; }

    /// <summary>
    /// Gets or sets the URL of a proxy: <c>socks5://</c>, <c>socks4://</c>, <c>socks4a://</c> or <c>http://</c>, with a host and
    /// a port, and a user name and password if the proxy requires them. Default: null, to connect directly.
    /// </summary>
    public Uri? Proxy { get; set; }

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

/// <summary>The options of DKIM signatures. Messages are signed with RSA and SHA-256 over relaxed headers and body.</summary>
public sealed class DkimOptions
{
    /// <summary>
    /// Gets or sets the signing domain (<c>example.org</c>): the domain of <see cref="MailKitOptions.From"/> or a parent of it.
    /// Required.
    /// </summary>
    public string Domain { get; set; } = "";

    /// <summary>
    /// Gets or sets the selector of the domain's key. The public key is in the TXT record <c>SELECTOR._domainkey.DOMAIN</c>.
    /// Required.
    /// </summary>
    public string Selector { get; set; } = "";

    /// <summary>
    /// Gets or sets the path of the private key, in PEM: an RSA key of at least 1,024 bits (RFC 8301). The file is read at start.
    /// Required.
    /// </summary>
    public string PrivateKeyFile { get; set; } = "";
}

/// <summary>How the connection to a mail server is protected.</summary>
public enum MailKitSecurity
{
    /// <summary>No protection. Use it only for a server on this machine or in a trusted network.</summary>
    None,

    /// <summary>
    /// TLS with STARTTLS (RFC 3207). Nothing is sent to a server that does not offer it, or whose certificate the machine does
    /// not trust.
    /// </summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314), usually on port 465.</summary>
    TlsOnConnect,
}
