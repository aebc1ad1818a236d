using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.WebPush;

/// <summary>Who one Web Push provider says it is, and where it may connect. Validated at start.</summary>
public sealed class WebPushOptions
{
    /// <summary>
    /// Where the operators of push services can reach this application's: a <c>mailto:</c> or <c>https:</c> URL (RFC 8292 section
    /// 2.1). Apple refuses one at <c>localhost</c>. Required.
    /// </summary>
    [Required]
    public string? Subject { get; set; }

    /// <summary>
    /// The VAPID public key, which browsers subscribe with as <c>applicationServerKey</c>: the base64url of an uncompressed point
    /// of P-256, 65 bytes, as <c>npx web-push generate-vapid-keys</c> prints it. Required.
    /// </summary>
    /// <remarks>A subscription belongs to the key it was made with: another key makes every one of them worthless.</remarks>
    [Required]
    public string? PublicKey { get; set; }

    /// <summary>The VAPID private key, a secret: the base64url of 32 bytes, as printed beside the public key. Required.</summary>
    [Required]
    public string? PrivateKey { get; set; }

    /// <summary>How long connecting may take, name resolution and TLS included. 10 ms to 1 minute; default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether to connect to loopback, private, link-local and other addresses that are not of the public internet, and to
    /// <c>http</c> endpoints. Default false: an endpoint is what a browser sent, or who claimed to be one, and must not reach the
    /// services beside this one.
    /// </summary>
    public bool AllowPrivateNetworks { get; set; }
}
