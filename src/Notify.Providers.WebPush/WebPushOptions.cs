using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.WebPush;

/// <summary>The options of a Web Push provider. They are validated at start.</summary>
public sealed class WebPushOptions
{
    /// <summary>
    /// Gets or sets the contact of the application's operator for operators of push services: a <c>mailto:</c> or <c>https:</c>
    /// URL (RFC 8292, section 2.1). Apple refuses contacts at <c>localhost</c>. Required.
    /// </summary>
    [Required]
    public string? Subject { get; set; }

    /// <summary>
    /// Gets or sets the VAPID public key, which browsers use as <c>applicationServerKey</c> when they subscribe. It is an
    /// uncompressed point of P-256, 65 bytes in base64url, as <c>npx web-push generate-vapid-keys</c> prints it. Required.
    /// </summary>
    /// <remarks>
    /// A subscription belongs to the key that it was created with. Changing the key invalidates all existing subscriptions.
    /// </remarks>
    [Required]
    public string? PublicKey { get; set; }

    /// <summary>
    /// Gets or sets the VAPID private key, a secret of 32 bytes in base64url, which belongs to the public key. Required.
    /// </summary>
    [Required]
    public string? PrivateKey { get; set; }

    /// <summary>
    /// Gets or sets the timeout for establishing a connection, including name resolution and TLS, between 10 ms and 1 minute. The
    /// default is 10 seconds.
    /// </summary>
    [TimeRange("00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets whether to connect to addresses that are not on the public internet, such as loopback, private and link-local
    /// addresses, and to <c>http</c> endpoints. The default is false, because clients choose their endpoints and must not be able
    /// to reach internal services through this one.
    /// </summary>
    public bool AllowPrivateNetworks { get; set; }
}
