using Notify.Providers;

namespace Notify;

/// <summary>An accepted trigger.</summary>
public sealed record Notification
{
    /// <summary>The id, a UUIDv7, so that ids sort by the time of acceptance.</summary>
    public required Guid Id { get; init; }

    /// <summary>What was asked for.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>When it became durable.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>
    /// After this no delivery is attempted, but for those that fall due later: they have their own
    /// <see cref="Delivery.ExpiresAt"/>.
    /// </summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// Everything it says, rendered when it was accepted; its deliveries share these by
    /// <see cref="Delivery.ContentIndex"/>.
    /// </summary>
    public required IReadOnlyList<ContentVariant> Contents { get; init; }

    /// <summary>The version of the template that <see cref="Contents"/> were rendered with; null without a template.</summary>
    public int? TemplateVersion { get; init; }

    /// <summary>
    /// The trace that accepted it, as a W3C <c>traceparent</c>: attempts go on with it, in whatever process and however much
    /// later. Null without a trace.
    /// </summary>
    public string? TraceParent { get; init; }

    /// <summary>On whose behalf.</summary>
    public string Tenant => Trigger.Tenant;
}

/// <summary>What a notification says over one channel in one language.</summary>
/// <param name="Channel">The channel, or null for every channel without a variant of its own.</param>
/// <param name="Locale">The BCP 47 tag, or null for every language without a variant of its own.</param>
/// <param name="Content">What it says.</param>
public sealed record ContentVariant(Channel? Channel, string? Locale, Content Content)
{
    /// <summary>
    /// Gets the time zones of the recipients it is for: IANA names, or keys that each stand for the zones with the same rules.
    /// Null when it is for everybody else, with dates in UTC.
    /// </summary>
    public IReadOnlyList<string>? TimeZones { get; init; }
}
