using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Webhook;

/// <summary>The secret of one webhook provider, and where the provider may connect. Validated at start.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Gets or sets the master secret, from which the secret of each endpoint is derived: <c>whsec_</c> and the base64 of 24 to
    /// 64 random bytes. Do not give it to receivers: it signs for every endpoint. A receiver gets its own secret from
    /// <see cref="IEndpointSecrets"/> or <c>POST /v1/webhook-endpoints/secret</c>. Required.
    /// </summary>
    [Required]
    [WebhookSecret]
    public string? Secret { get; set; }

    /// <summary>
    /// Gets or sets the master secret that <see cref="Secret"/> replaces, in the same form. While it is set, every message is
    /// also signed with the endpoint's secret that derives from it, so that receivers can change over one by one. Null or empty
    /// for none; default null.
    /// </summary>
    [WebhookSecret]
    public string? PreviousSecret { get; set; }

    /// <summary>
    /// Gets or sets how long messages to an endpoint are signed with the replaced secret as well, after its secret was rotated.
    /// 0 to 30 days; default 24 hours.
    /// </summary>
    [TimeRange("00:00:00", "30.00:00:00")]
    public TimeSpan RotationOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Gets or sets how long connecting may take, name resolution and TLS included. 10 ms to 1 minute; default 10 seconds.
    /// </summary>
    [TimeRange("00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets whether to connect to loopback, private, link-local and other addresses that are not on the public internet.
    /// A URL that a user entered must not reach internal services, so set this only if the operator enters every URL. Reasons
    /// then also describe why a connection failed. Default false.
    /// </summary>
    public bool AllowPrivateNetworks { get; set; }
}
