using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Notify.Storage;

/// <summary>The key of a digest. Events with the same key are collected together.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Recipient">The key of the recipient; see <see cref="Recipient.Key"/>.</param>
/// <param name="Template">The template of the summary.</param>
/// <param name="Category">The category; see <see cref="Trigger.Category"/>.</param>
/// <param name="Priority">The priority; see <see cref="Trigger.Priority"/>.</param>
public sealed record DigestKey(string Tenant, string Recipient, string Template, string? Category, Priority Priority)
{
    /// <summary>
    /// Gets the schedule and the application's own key; null in data that was stored without them. The schedule belongs to the
    /// key, because a digest has one due time: an event must not wait for the time that another trigger asked for.
    /// </summary>
    public Digest? Digest { get; init; }

    /// <summary>
    /// Computes the ID of the digest: 128 bits of a SHA-256 hash of the key. It is short enough for any index, however long an
    /// address is.
    /// </summary>
    public Guid ToId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (ReadOnlySpan<string?>)[Tenant, Recipient, Template, Category, Digest?.Cron, Digest?.Key])
        {
            // The length prefix makes the boundaries of the parts unambiguous. A length of -1 distinguishes null from an empty
            // string.
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        Span<byte> numbers = stackalloc byte[12];
        BinaryPrimitives.WriteInt32BigEndian(numbers, (int)Priority);
        BinaryPrimitives.WriteInt64BigEndian(numbers[4..], Digest?.Window?.Ticks ?? 0);
        hash.AppendData(numbers);
        return new Guid(hash.GetHashAndReset().AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>Returns the template; never the recipient, which may be an address.</summary>
    public override string ToString() => $"digest of {Template}";
}

/// <summary>An event to collect for a digest. It is stored together with its notification.</summary>
/// <param name="Id">The ID, a UUIDv7. Events are ordered by their IDs.</param>
/// <param name="NotificationId">The ID of the notification.</param>
/// <param name="Recipient">The recipient.</param>
/// <param name="Trigger">
/// The trigger, reduced to this recipient and, if the recipient is a subscriber of a topic of the trigger, that topic after it.
/// </param>
/// <param name="TemplateVersion">The version of the template when the trigger was accepted.</param>
/// <param name="DueAt">The time at which the digest falls due if this is its first event.</param>
public sealed record DigestEvent(
    Guid Id,
    Guid NotificationId,
    Recipient Recipient,
    Trigger Trigger,
    int TemplateVersion,
    DateTimeOffset DueAt
)
{
    /// <summary>Gets the key of the digest to which the event belongs.</summary>
    public DigestKey Key =>
        new(Trigger.Tenant, Recipient.Key, Trigger.Template!, Trigger.Category, Trigger.Priority) { Digest = Trigger.Digest };

    /// <summary>Gets the ID of the user who receives the digest; null for a direct address.</summary>
    public string? UserId => Recipient.Kind == RecipientKind.User ? Recipient.Value : null;

    /// <summary>Gets the topic through which the event came; null if the trigger names the recipient.</summary>
    public string? Topic => Trigger.Topics().FirstOrDefault();

    /// <summary>
    /// Gets the initial fence of a digest whose first event is this one. It increases with time, so that a digest that is closed
    /// and opened again is not mistaken for the previous one.
    /// </summary>
    public long FirstFence => DueAt.UtcTicks;
}

/// <summary>The right to close a digest.</summary>
/// <param name="Events">The waiting events, oldest first; at least one.</param>
/// <param name="Failures">The number of times that closing the digest has failed.</param>
/// <param name="Fence">The fence, which <see cref="IDigestStore.CloseAsync"/> checks.</param>
public sealed record DigestLease(IReadOnlyList<DigestEvent> Events, int Failures, long Fence)
{
    /// <summary>The maximum number of events in a lease, and therefore in a summary.</summary>
    public const int MaxEvents = 1_000;

    /// <summary>Gets the key of the digest.</summary>
    public DigestKey Key => Events[0].Key;

    /// <summary>Gets the tenant.</summary>
    public string Tenant => Events[0].Trigger.Tenant;
}

/// <summary>A request to end the events of a lease.</summary>
/// <param name="Lease">The lease with the events to end.</param>
/// <param name="State">The state in which the events end.</param>
/// <param name="NextDueAt">The time at which the digest falls due again if it has other events.</param>
public sealed record DigestClosing(DigestLease Lease, CollectedState State, DateTimeOffset NextDueAt)
{
    /// <summary>Gets the summary to store; null if nothing is sent.</summary>
    public EnqueueRequest? Summary { get; init; }

    /// <summary>Gets the reason nothing is sent, without an address or content; null if a summary is sent.</summary>
    public string? Reason { get; init; }
}

/// <summary>The state of an event that was collected for a digest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CollectedState>))]
public enum CollectedState
{
    /// <summary>The event is waiting in an open digest.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting = 0,

    /// <summary>The event is included in a summary.</summary>
    [JsonStringEnumMemberName("summarized")]
    Summarized = 1,

    /// <summary>The event ended because its digest could not be rendered or closed.</summary>
    [JsonStringEnumMemberName("deadLetter")]
    DeadLetter = 2,

    /// <summary>The event was removed from its digest.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled = 3,
}

/// <summary>A collected event with its state, as read from a store.</summary>
/// <param name="Id">The ID of the event.</param>
/// <param name="NotificationId">The ID of the notification to which the event belongs.</param>
/// <param name="DigestId">The ID of the digest; see <see cref="DigestKey.ToId"/>.</param>
/// <param name="UserId">The ID of the user who receives the digest; null for a direct address.</param>
/// <param name="State">The state of the event.</param>
/// <param name="SummaryId">
/// The ID of the notification that includes the event as a summary; null while the event is waiting, and if nothing is sent.
/// </param>
/// <param name="Reason">The reason nothing is sent; null otherwise.</param>
public sealed record CollectedEvent(
    Guid Id,
    Guid NotificationId,
    Guid DigestId,
    string? UserId,
    CollectedState State,
    Guid? SummaryId,
    string? Reason
);
