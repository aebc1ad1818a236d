using System.Diagnostics.CodeAnalysis;
using Notify.Providers;

namespace Notify;

/// <summary>An accepted trigger.</summary>
public sealed record Notification
{
    /// <summary>Gets the ID, a UUIDv7. IDs therefore sort by the time of acceptance.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the trigger that was accepted.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>Gets the time at which the notification was stored durably.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>
    /// Gets the time after which deliveries are no longer attempted. Deliveries that fall due later have their own
    /// <see cref="Delivery.ExpiresAt"/>.
    /// </summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// Gets the contents that deliveries share, rendered at the time of acceptance. Deliveries refer to them by
    /// <see cref="Delivery.ContentIndex"/>. Empty if every delivery has its own content.
    /// </summary>
    public required IReadOnlyList<ContentVariant> Contents { get; init; }

    /// <summary>
    /// Gets the version of the template from which <see cref="Contents"/> were rendered; null if no template was used.
    /// </summary>
    public int? TemplateVersion { get; init; }

    /// <summary>
    /// Gets the trace in which the notification was accepted, as a W3C <c>traceparent</c>. Attempts continue this trace, in any
    /// process and at any later time. Null if there was no trace.
    /// </summary>
    public string? TraceParent { get; init; }

    /// <summary>Gets the tenant.</summary>
    public string Tenant => Trigger.Tenant;
}

/// <summary>The content of a notification for one channel and one locale.</summary>
public sealed record ContentVariant
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public ContentVariant() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="channel">The channel, or null for every channel without a more specific variant.</param>
    /// <param name="locale">The BCP 47 tag, or null for every locale without a more specific variant.</param>
    /// <param name="content">The content.</param>
    [SetsRequiredMembers]
    public ContentVariant(Channel? channel, string? locale, Content content)
    {
        Channel = channel;
        Locale = locale;
        Content = content;
    }

    /// <summary>Gets the channel, or null for every channel without a more specific variant.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the BCP 47 tag, or null for every locale without a more specific variant.</summary>
    public string? Locale { get; init; }

    /// <summary>Gets the content.</summary>
    public required Content Content { get; init; }

    /// <summary>
    /// Gets the time zones of the recipients of this variant: IANA names, or keys that each stand for all zones with the same
    /// rules. Null means all other recipients, with dates in UTC.
    /// </summary>
    public IReadOnlyList<string>? TimeZones { get; init; }
}
