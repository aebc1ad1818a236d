using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Storage;

/// <summary>The key of a digest. Events with the same key are collected together.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DigestKey
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the key of the recipient; see <see cref="Recipient.Key"/>.</summary>
    public required string Recipient { get; init; }

    /// <summary>Gets the template of the summary.</summary>
    public required string Template { get; init; }

    /// <summary>Gets the category; see <see cref="Trigger.Category"/>.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the priority; see <see cref="Trigger.Priority"/>.</summary>
    public required Priority Priority { get; init; }

    /// <summary>
    /// Gets the schedule and the application's own key; null in data that was stored without them. The schedule belongs to the
    /// key, because a digest has one due time: an event must not wait for the time that another trigger asked for.
    /// </summary>
    public Digest? Digest { get; init; }

    /// <summary>Gets the kind, so that a summary never has live and test events; see <see cref="Trigger.Kind"/>.</summary>
    public ApiKeyKind Kind { get; init; }

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

        if (Kind != ApiKeyKind.Live)
            hash.AppendData([(byte)Kind]);
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
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DigestEvent
{
    /// <summary>Gets the ID, a UUIDv7. Events are ordered by their IDs.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the recipient.</summary>
    public required Recipient Recipient { get; init; }

    /// <summary>
    /// Gets the trigger, reduced to this recipient and, if the recipient is a subscriber of a topic of the trigger, that topic
    /// after it.
    /// </summary>
    public required Trigger Trigger { get; init; }

    /// <summary>Gets the version of the template when the trigger was accepted.</summary>
    public required int TemplateVersion { get; init; }

    /// <summary>Gets the time at which the digest falls due if this is its first event.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Gets the key of the digest to which the event belongs.</summary>
    public DigestKey Key =>
        new()
        {
            Tenant = Trigger.Tenant,
            Recipient = Recipient.Key,
            Template = Trigger.Template!,
            Category = Trigger.Category,
            Priority = Trigger.Priority,
            Digest = Trigger.Digest,
            Kind = Trigger.Kind,
        };

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
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DigestLease
{
    /// <summary>The maximum number of events in a lease, and therefore in a summary.</summary>
    public const int MaxEvents = 1_000;

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public DigestLease() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="events">The waiting events, oldest first; at least one.</param>
    /// <param name="failures">The number of times that closing the digest has failed.</param>
    /// <param name="fence">The fence, which <see cref="IDigestStore.CloseAsync"/> checks.</param>
    [SetsRequiredMembers]
    public DigestLease(IReadOnlyList<DigestEvent> events, int failures, long fence)
    {
        Events = events;
        Failures = failures;
        Fence = fence;
    }

    /// <summary>Gets the waiting events, oldest first; at least one.</summary>
    public required IReadOnlyList<DigestEvent> Events { get; init; }

    /// <summary>Gets the number of times that closing the digest has failed.</summary>
    public required int Failures { get; init; }

    /// <summary>Gets the fence, which <see cref="IDigestStore.CloseAsync"/> checks.</summary>
    public required long Fence { get; init; }

    /// <summary>Gets the key of the digest.</summary>
    public DigestKey Key => Events[0].Key;

    /// <summary>Gets the tenant.</summary>
    public string Tenant => Events[0].Trigger.Tenant;
}

/// <summary>A request to end the events of a lease.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DigestClosing
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public DigestClosing() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="lease">The lease with the events to end.</param>
    /// <param name="state">The state in which the events end.</param>
    /// <param name="nextDueAt">The time at which the digest falls due again if it has other events.</param>
    [SetsRequiredMembers]
    public DigestClosing(DigestLease lease, CollectedState state, DateTimeOffset nextDueAt)
    {
        Lease = lease;
        State = state;
        NextDueAt = nextDueAt;
    }

    /// <summary>Gets the lease with the events to end.</summary>
    public required DigestLease Lease { get; init; }

    /// <summary>Gets the state in which the events end.</summary>
    public required CollectedState State { get; init; }

    /// <summary>Gets the time at which the digest falls due again if it has other events.</summary>
    public required DateTimeOffset NextDueAt { get; init; }

    /// <summary>Gets the summary to store; null if nothing is sent.</summary>
    public EnqueueRequest? Summary { get; init; }

    /// <summary>Gets the reason nothing is sent, without an address or content; null if a summary is sent.</summary>
    public string? Reason { get; init; }
}
