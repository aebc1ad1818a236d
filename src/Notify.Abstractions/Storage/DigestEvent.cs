using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Notify.Storage;

/// <summary>The events that are collected together: those with the same key.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Recipient">The recipient's key.</param>
/// <param name="Template">The template of the summary.</param>
/// <param name="Category">See <see cref="Trigger.Category"/>.</param>
/// <param name="Priority">See <see cref="Trigger.Priority"/>.</param>
public sealed record DigestKey(string Tenant, string Recipient, string Template, string? Category, Priority Priority)
{
    /// <summary>
    /// Computes the digest's id: 128 bits of a SHA-256 over the key. It is short enough for any index, however long an address
    /// is.
    /// </summary>
    public Guid ToId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (ReadOnlySpan<string?>)[Tenant, Recipient, Template, Category])
        {
            // The length keeps the parts apart; null differs from every text.
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        BinaryPrimitives.WriteInt32BigEndian(length, (int)Priority);
        hash.AppendData(length);
        return new Guid(hash.GetHashAndReset().AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>The template; never the recipient, which may be an address.</summary>
    public override string ToString() => $"digest of {Template}";
}

/// <summary>An event to collect. It is stored with the notification that it belongs to.</summary>
/// <param name="Id">A UUIDv7. Events are in its order.</param>
/// <param name="NotificationId">The notification.</param>
/// <param name="Recipient">The recipient.</param>
/// <param name="Trigger">The trigger, for this one recipient.</param>
/// <param name="TemplateVersion">The version of the template with which the trigger was accepted.</param>
/// <param name="DueAt">When the digest is due, if this is its first event.</param>
public sealed record DigestEvent(
    Guid Id,
    Guid NotificationId,
    Recipient Recipient,
    Trigger Trigger,
    int TemplateVersion,
    DateTimeOffset DueAt
)
{
    /// <summary>Gets the digest that the event belongs to.</summary>
    public DigestKey Key => new(Trigger.Tenant, Recipient.Key, Trigger.Template!, Trigger.Category, Trigger.Priority);

    /// <summary>Gets the user whom the digest is for; null for a direct address.</summary>
    public string? UserId => Recipient.Kind == RecipientKind.User ? Recipient.Value : null;

    /// <summary>
    /// Gets the fence of the digest that this event is the first of. It grows with time, so that a digest which was closed and
    /// opened again is not taken for the one before.
    /// </summary>
    public long FirstFence => DueAt.UtcTicks;
}

/// <summary>The right to close a digest.</summary>
/// <param name="Events">The waiting events, oldest first; at least one.</param>
/// <param name="Failures">How often closing it has failed.</param>
/// <param name="Fence">The number that <see cref="IDigestStore.CloseAsync"/> checks.</param>
public sealed record DigestLease(IReadOnlyList<DigestEvent> Events, int Failures, long Fence)
{
    /// <summary>How many events one lease, and so one summary, has at most.</summary>
    public const int MaxEvents = 1_000;

    /// <summary>Gets the digest.</summary>
    public DigestKey Key => Events[0].Key;

    /// <summary>Gets the tenant.</summary>
    public string Tenant => Events[0].Trigger.Tenant;
}

/// <summary>The end of a lease's events.</summary>
/// <param name="Lease">The lease, with the events that end.</param>
/// <param name="State">How they end.</param>
/// <param name="NextDueAt">When the digest falls due again, if it has other events.</param>
public sealed record DigestClosing(DigestLease Lease, CollectedState State, DateTimeOffset NextDueAt)
{
    /// <summary>Gets the summary to store; null where nothing is sent.</summary>
    public EnqueueRequest? Summary { get; init; }

    /// <summary>Gets why nothing is sent, without an address or content; null for a summary.</summary>
    public string? Reason { get; init; }
}

/// <summary>The state of an event that was collected for a digest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CollectedState>))]
public enum CollectedState
{
    /// <summary>It waits in an open digest.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting = 0,

    /// <summary>A summary has it.</summary>
    [JsonStringEnumMemberName("summarized")]
    Summarized = 1,

    /// <summary>Its digest could not be rendered or closed.</summary>
    [JsonStringEnumMemberName("deadLetter")]
    DeadLetter = 2,

    /// <summary>It was taken out of its digest.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled = 3,
}

/// <summary>An event as a store shows it.</summary>
/// <param name="Id">The event.</param>
/// <param name="NotificationId">The notification that it belongs to.</param>
/// <param name="DigestId">The digest: see <see cref="DigestKey.ToId"/>.</param>
/// <param name="UserId">The user whom the digest is for; null for a direct address.</param>
/// <param name="State">Its state.</param>
/// <param name="SummaryId">The notification that sums it up; null until then, and where nothing is sent.</param>
/// <param name="Reason">Why nothing is sent; null otherwise.</param>
public sealed record CollectedEvent(
    Guid Id,
    Guid NotificationId,
    Guid DigestId,
    string? UserId,
    CollectedState State,
    Guid? SummaryId,
    string? Reason
);
