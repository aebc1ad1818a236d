using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Webhook;

/// <summary>How one webhook provider signs and where it may connect. Validated at start.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// The secret that signs every request, shared with the receivers: <c>whsec_</c> and the base64 of 24 to 64 random bytes, as
    /// the Standard Webhooks specification asks. Required.
    /// </summary>
    [Required]
    [WebhookSecret]
    public string? Secret { get; set; }

    /// <summary>
    /// The secret that <see cref="Secret"/> replaces, in the same form. While it is set, every request carries both signatures,
    /// so that receivers can change over one by one. Null or empty, the default, when no rotation is under way.
    /// </summary>
    [WebhookSecret]
    public string? PreviousSecret { get; set; }

    /// <summary>How long connecting may take, name resolution and TLS included. 10 ms to 1 minute; default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether to connect to loopback, private, link-local and other addresses that are not of the public internet. Default
    /// false: a URL that a user entered must not reach the services beside this one. Set it only where every URL is the
    /// operator's own.
    /// </summary>
    public bool AllowPrivateNetworks { get; set; }
}
