using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>The state of planning: first the recipients, then one draft per delivery.</summary>
internal sealed class DeliveryPlan(
    Notification notification,
    IReadOnlyList<Recipient> recipients,
    IReadOnlyDictionary<string, string>? topics = null
)
{
    public Notification Notification { get; } = notification;

    public Trigger Trigger => Notification.Trigger;

    /// <summary>Gets the recipients to plan for: those that the trigger names, or a batch of subscribers.</summary>
    public IReadOnlyList<Recipient> Recipients { get; } = recipients;

    /// <summary>Gets the topic of each subscriber, by user id; null for recipients that the trigger names.</summary>
    public IReadOnlyDictionary<string, string>? Topics { get; } = topics;

    /// <summary>Gets or sets the team that the notification is limited to; null for no limit.</summary>
    public Team? Team { get; set; }

    public List<PlannedRecipient> Planned { get; } = [];

    public List<DeliveryDraft> Drafts { get; } = [];

    public List<DigestEvent> Digests { get; } = [];

    /// <summary>Gets or sets the permits that were taken; null for none.</summary>
    public ThrottleRequest? Permits { get; set; }

    /// <summary>Gets whether the plan is for a batch of subscribers.</summary>
    public bool IsBroadcast => Topics is not null;

    /// <summary>Gets whether rendered contents must follow the rules for contents.</summary>
    public bool ChecksContent { get; init; } = true;

    /// <summary>Gets the errors of rendering for recipients that the trigger names.</summary>
    public List<FieldError> Errors { get; } = [];

    /// <summary>Gets or sets the first recipient that was left for the next batch; null if all were planned.</summary>
    public Recipient? FirstLeft { get; set; }

    /// <summary>
    /// Determines whether the content is rendered for a recipient alone: either no contents are shared, because the template uses
    /// <c>recipient</c>, or the trigger has data for this recipient.
    /// </summary>
    public bool NeedsOwnContent(PlannedRecipient recipient) =>
        Notification.Contents.Count == 0 || recipient.Recipient.DataElement is not null;

    /// <summary>
    /// Adds the errors of a recipient. A variable that the data of the trigger lacks is the same error for all recipients without
    /// data, and is added once.
    /// </summary>
    public void AddErrors(Recipient recipient, IEnumerable<FieldError> errors)
    {
        var field = $"to[{Trigger.To.IndexOf(recipient)}]";
        foreach (var error in errors)
        {
            var added =
                recipient.DataElement is null && error.Field.StartsWith("data.", StringComparison.Ordinal)
                    ? error
                    : new FieldError(
                        field,
                        error.Code,
                        error.Field == "template" ? error.Message : $"{error.Field}: {error.Message}"
                    );
            if (!Errors.Contains(added))
                Errors.Add(added);
        }
    }

    /// <summary>Gets the positions in <see cref="Recipients"/> of users that do not exist.</summary>
    public List<int> Unknown { get; } = [];
}

/// <summary>A recipient, with its user and devices.</summary>
internal sealed class PlannedRecipient(
    Recipient recipient,
    UserRecord? stored,
    IReadOnlyList<Device> devices,
    string? topic = null
)
{
    public Recipient Recipient { get; } = recipient;

    /// <summary>Gets the id of the user; null for a direct address.</summary>
    public string? UserId => Recipient.Kind == RecipientKind.User ? Recipient.Value : null;

    /// <summary>Gets the user; null for a direct address, and for a subscriber who does not exist.</summary>
    public User? User => Stored?.User;

    /// <summary>
    /// Gets the user with the preferences; null for a subscriber who does not exist, and for a direct address unless it is a
    /// phone number that opted out.
    /// </summary>
    public UserRecord? Stored { get; } = stored;

    public IReadOnlyList<Device> Devices { get; } = devices;

    /// <summary>Gets the topic that the user subscribes to; null for a recipient that the trigger names.</summary>
    public string? Topic { get; } = topic;

    /// <summary>Gets or sets whether a message goes to the recipient.</summary>
    public bool IsReached { get; set; }

    /// <summary>Gets or sets whether there was no permit for the recipient.</summary>
    public bool IsThrottled { get; set; }

    /// <summary>Gets or sets whether the user wants a channel; null if every channel is wanted.</summary>
    public Func<Channel, bool>? Wants { get; set; }
}

/// <summary>A delivery that is being planned. Each planning step sets its part.</summary>
internal sealed class DeliveryDraft
{
    public required PlannedRecipient Recipient { get; init; }

    public required Address To { get; init; }

    public required string Provider { get; init; }

    /// <summary>Gets or sets the id of the user to whom the address belongs; null if the engine knows none.</summary>
    public string? UserId { get; set; }

    /// <summary>Gets the device; null if the delivery does not go to one.</summary>
    public Device? Device { get; init; }

    public FallbackPlace? Fallback { get; init; }

    /// <summary>Gets how long after the first step the delivery is due.</summary>
    public TimeSpan After { get; init; }

    /// <summary>Gets or sets why nothing is sent to the address; null if a message is.</summary>
    public SkipReason? SkippedBecause { get; set; }

    /// <summary>Gets why the delivery is stored as cancelled, also by a throttle; null if a message is sent.</summary>
    public SkipReason? Skip => SkippedBecause ?? (Recipient.IsThrottled ? SkipReason.Throttled : null);

    /// <summary>Gets or sets the index of the shared content.</summary>
    public int ContentIndex { get; set; }

    /// <summary>Gets or sets the content that was rendered for the recipient alone; null if it is shared.</summary>
    public Content? OwnContent { get; set; }

    public DateTimeOffset DueAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public string? Locale => Device?.Locale ?? Recipient.User?.Locale;

    public string? TimeZone => Device?.TimeZone ?? Recipient.User?.TimeZone;
}
