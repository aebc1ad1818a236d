namespace Notify;

/// <summary>A subscription of an endpoint to the events of a tenant, without the secret that signs them.</summary>
public sealed record EventSubscription
{
    /// <summary>Gets the ID.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the tenant whose events the endpoint receives.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the URL that the events are posted to.</summary>
    public required string Url { get; init; }

    /// <summary>Gets the types of the events: names such as <c>delivery.sent</c>, and groups such as <c>receipt.*</c>.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Gets the description, which only people read; null if there is none.</summary>
    public string? Description { get; init; }

    /// <summary>Gets whether the endpoint receives events.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>
    /// Gets the reason Notify disabled the subscription, such as that the endpoint answered 410 (Gone); null if it did not.
    /// </summary>
    public string? DisabledBecause { get; init; }

    /// <summary>Gets the name of the webhook provider that signs and sends the events.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the time at which the subscription was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the time of the last change.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Returns the ID; never the URL, which may contain a token.</summary>
    public override string ToString() => $"{Id}";
}

/// <summary>A subscription to create, or to replace another one with.</summary>
public sealed record EventSubscriptionDraft
{
    /// <summary>
    /// Gets the tenant whose events the endpoint receives. Default: <see cref="Trigger.DefaultTenant"/>.
    /// </summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Gets the URL to post the events to, at most 2,048 characters. Required.</summary>
    public string Url { get; init; } = "";

    /// <summary>
    /// Gets the types of the events, each once: names such as <c>delivery.sent</c>, or all of a group, such as <c>delivery.*</c>.
    /// The groups are <c>notification</c>, <c>delivery</c>, <c>device</c> and <c>receipt</c>. Required.
    /// </summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Gets the description, which only people read, at most 256 characters; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>Gets whether the endpoint receives events. Default: true.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>
    /// Gets the name of the webhook provider that signs and sends the events; null for the only one of the application.
    /// </summary>
    public string? Provider { get; init; }

    /// <summary>Returns the tenant; never the URL, which may contain a token.</summary>
    public override string ToString() => Tenant;
}

/// <summary>A subscription with the secret that signs its events.</summary>
public sealed record IssuedEventSubscription
{
    /// <summary>Gets the subscription.</summary>
    public required EventSubscription Subscription { get; init; }

    /// <summary>Gets the version of the subscription; see <see cref="Versioned{T}.Version"/>.</summary>
    public required string Version { get; init; }

    /// <summary>
    /// Gets the secret, <c>whsec_</c> and base64, by which the receiver verifies the events by the Standard Webhooks
    /// specification.
    /// </summary>
    public required string Secret { get; init; }

    /// <summary>
    /// Gets the time until which events are also signed with the previous secret; null if there is no previous secret.
    /// </summary>
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Returns the ID; never the secret.</summary>
    public override string ToString() => $"{Subscription.Id}";
}
