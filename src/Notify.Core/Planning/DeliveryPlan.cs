using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>What planning has found so far: the recipients, then one draft for each delivery to be.</summary>
internal sealed class DeliveryPlan(
    Notification notification,
    IReadOnlyList<Recipient> recipients,
    IReadOnlyDictionary<string, string>? topics = null
)
{
    public Notification Notification { get; } = notification;

    public Trigger Trigger => Notification.Trigger;

    /// <summary>The recipients to plan for: those that the trigger names, or a batch of subscribers.</summary>
    public IReadOnlyList<Recipient> Recipients { get; } = recipients;

    /// <summary>The topic of each subscriber, by user id; null for recipients that the trigger names.</summary>
    public IReadOnlyDictionary<string, string>? Topics { get; } = topics;

    public List<PlannedRecipient> Planned { get; } = [];

    public List<DeliveryDraft> Drafts { get; } = [];

    public List<DigestEvent> Digests { get; } = [];

    /// <summary>The permits that were taken; null for none.</summary>
    public ThrottleRequest? Permits { get; set; }

    /// <summary>The positions in <see cref="Recipients"/> of users that do not exist.</summary>
    public List<int> Unknown { get; } = [];
}

/// <summary>A recipient, with its user and devices.</summary>
internal sealed class PlannedRecipient(Recipient recipient, User? user, IReadOnlyList<Device> devices, string? topic = null)
{
    public Recipient Recipient { get; } = recipient;

    /// <summary>Null for a direct address.</summary>
    public string? UserId => Recipient.Kind == RecipientKind.User ? Recipient.Value : null;

    /// <summary>Null for a direct address, and for a subscriber who does not exist.</summary>
    public User? User { get; } = user;

    public IReadOnlyList<Device> Devices { get; } = devices;

    /// <summary>The topic that it subscribes to; null for a recipient that the trigger names.</summary>
    public string? Topic { get; } = topic;

    /// <summary>Whether a message goes to it.</summary>
    public bool IsReached { get; set; }

    /// <summary>Whether its throttle has no permit left.</summary>
    public bool IsThrottled { get; set; }

    /// <summary>Null when every channel is wanted.</summary>
    public Func<Channel, bool>? Wants { get; set; }
}

/// <summary>A delivery in the making. Each planning step fills in its part.</summary>
internal sealed class DeliveryDraft
{
    public required PlannedRecipient Recipient { get; init; }

    public required Address To { get; init; }

    public required string Provider { get; init; }

    /// <summary>Where its device is, when it goes to one.</summary>
    public Device? Device { get; init; }

    public FallbackPlace? Fallback { get; init; }

    /// <summary>How long after the first step it is due.</summary>
    public TimeSpan After { get; init; }

    /// <summary>Why nothing is sent there; null where a message is.</summary>
    public string? SkippedBecause { get; set; }

    public int ContentIndex { get; set; }

    public DateTimeOffset DueAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public string? Locale => Device?.Locale ?? Recipient.User?.Locale;

    public string? TimeZone => Device?.TimeZone ?? Recipient.User?.TimeZone;
}
