using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers;

/// <summary>One message to one address over one channel. A delivery is the unit of work, retry and accounting.</summary>
public sealed record Delivery
{
    /// <summary>The value of <see cref="ContentIndex"/> if the content was rendered for this delivery.</summary>
    public const int OwnContent = -1;

    /// <summary>
    /// Gets the ID, a UUIDv7. Providers pass it to the vendor as the message ID where the vendor supports that.
    /// </summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the ID of the notification to which the delivery belongs.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Gets the address to send to.</summary>
    public required Address To { get; init; }

    /// <summary>Gets the name of the provider that sends the delivery. Failover changes it.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the content to send.</summary>
    public required Content Content { get; init; }

    /// <summary>
    /// Gets the index of <see cref="Content"/> in <see cref="Notification.Contents"/>, which stores keep once for all deliveries;
    /// <see cref="OwnContent"/> if the content was rendered for this delivery and is stored with it.
    /// </summary>
    public required int ContentIndex { get; init; }

    /// <summary>Gets the ID of the user who receives the delivery; null for a direct address.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// Gets the ID of the user's device that receives the delivery; null for channels other than push, and for a direct address.
    /// </summary>
    public string? DeviceId { get; init; }

    /// <summary>Gets the topic through which the user receives the delivery; null if the trigger names the user.</summary>
    public string? Topic { get; init; }

    /// <summary>
    /// Gets the category; see <see cref="Trigger.Category"/>. Stores keep it once for all deliveries of a notification.
    /// </summary>
    public string? Category { get; init; }

    /// <summary>
    /// Gets the name of the template; see <see cref="Trigger.Template"/>. Stores keep it once, like the category.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>
    /// Gets the name of the workflow; see <see cref="Trigger.Workflow"/>. Stores keep it once, like the category.
    /// </summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the reference; see <see cref="Trigger.Reference"/>. Stores keep it once, like the category.</summary>
    public string? Reference { get; init; }

    /// <summary>Gets the tags; see <see cref="Trigger.Tags"/>. Stores keep them once, like the category.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Gets the metadata; see <see cref="Trigger.Metadata"/>. Stores keep it once, like the category.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Gets the collapse key; see <see cref="Trigger.CollapseKey"/>.</summary>
    public string? CollapseKey { get; init; }

    /// <summary>Gets the trace to continue; see <see cref="Notification.TraceParent"/>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Gets the place of the delivery in a chain of fallback channels; null if it is not part of a chain.</summary>
    public FallbackPlace? Fallback { get; init; }

    /// <summary>Gets the time at which the notification was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Gets the earliest time at which the delivery is sent.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Gets the time after which the delivery is no longer sent.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets the number of attempts that have counted against the retry budget so far.</summary>
    public int AttemptsSpent { get; init; }

    /// <summary>
    /// Gets the delay before the current attempt, from which the next delay is computed; zero before the first attempt.
    /// </summary>
    public TimeSpan RetryDelay { get; init; }

    /// <summary>Gets the channel of the delivery.</summary>
    public Channel Channel => To.Channel;

    /// <summary>Returns the ID and channel; never the address or content.</summary>
    public override string ToString() => $"{Id} over {Channel}";
}

/// <summary>An address to which a delivery is sent.</summary>
public sealed record Address
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Address() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="channel">The channel that uses <see cref="Value"/>.</param>
    /// <param name="value">
    /// An email address, a phone number, a push token, a URL, or an address in the format of a custom channel.
    /// </param>
    [SetsRequiredMembers]
    public Address(Channel channel, string value)
    {
        Channel = channel;
        Value = value;
    }

    /// <summary>Gets the channel that uses <see cref="Value"/>.</summary>
    public required Channel Channel { get; init; }

    /// <summary>
    /// Gets an email address, a phone number, a push token, a URL, or an address in the format of a custom channel.
    /// </summary>
    public required string Value { get; init; }

    /// <summary>Gets the platform of a push token; null for other addresses.</summary>
    public Platform? Platform { get; init; }

    /// <summary>
    /// Gets the app to which a push token belongs; null if the tenant has only one app, and for other addresses.
    /// </summary>
    public string? App { get; init; }

    /// <summary>
    /// Returns the address in the form in which addresses are compared: two spellings of one email address or webhook URL have
    /// the same form. Messages are sent to the address as it was given.
    /// </summary>
    public Address Normalize() => this with { Value = AddressFormat.Normalize(Channel, Value) };

    /// <summary>Returns the channel; never the address.</summary>
    public override string ToString() => Channel.Name;
}

/// <summary>
/// The place of a delivery in a chain of deliveries that try different channels for the same recipient, one after another.
/// </summary>
public sealed record FallbackPlace
{
    private const int MaxConditions = 8;
    private const int BitsPerStep = 2;
    private const int MaxLevel = 3;
    private const int VersionByte = 6;
    private const int WithConditions = 0x80;
    private const int ConditionBytes = 14;

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public FallbackPlace() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="chain">The ID of the chain, which all deliveries of one notification to one recipient share.</param>
    /// <param name="step">The step in the chain: 0 for the channels that are used immediately, then 1, 2 and so on.</param>
    [SetsRequiredMembers]
    public FallbackPlace(Guid chain, int step)
    {
        Chain = chain;
        Step = step;
    }

    /// <summary>Gets the ID of the chain, which all deliveries of one notification to one recipient share.</summary>
    public required Guid Chain { get; init; }

    /// <summary>Gets the step in the chain: 0 for the channels that are used immediately, then 1, 2 and so on.</summary>
    public required int Step { get; init; }

    /// <summary>
    /// Creates the ID of a chain whose later steps are used unless a certain receipt arrives. The conditions are a part of the
    /// ID, a UUIDv8 (RFC 9562), so that a store need not keep them with each delivery.
    /// </summary>
    /// <param name="id">The ID of a chain without conditions.</param>
    /// <param name="unless">
    /// The condition of each later step: <see cref="ReceiptKind.Opened"/> or <see cref="ReceiptKind.Clicked"/>, or null for any
    /// receipt that proves arrival. At most 8 steps.
    /// </param>
    /// <returns>The ID; <paramref name="id"/> itself if there are no conditions.</returns>
    public static Guid CreateChain(Guid id, IReadOnlyList<ReceiptKind?> unless)
    {
        ArgumentNullException.ThrowIfNull(unless);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unless.Count, MaxConditions);
        var levels = 0;
        for (var i = 0; i < unless.Count; i++)
            levels |= GetLevel(unless[i] ?? ReceiptKind.Delivered) << (i * BitsPerStep);
        if (levels == 0)
            return id;

        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[VersionByte] = (byte)(WithConditions | (bytes[VersionByte] & 0x0F));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[ConditionBytes..], (ushort)levels);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>
    /// Gets the later steps that a receipt of this delivery cancels, as bits: bit <c>n</c> stands for step <c>n</c>. A receipt
    /// that does not prove arrival cancels none. Opened implies delivered, clicked implies opened, and a complaint cancels all.
    /// </summary>
    /// <param name="kind">The kind of the receipt.</param>
    public int GetCancelledSteps(ReceiptKind kind)
    {
        if (!kind.ProvesArrival)
            return 0;

        var later = -1 << (Step + 1);
        Span<byte> bytes = stackalloc byte[16];
        Chain.TryWriteBytes(bytes, bigEndian: true, out _);
        if ((bytes[VersionByte] & 0xF0) != WithConditions)
            return later;

        var levels = BinaryPrimitives.ReadUInt16BigEndian(bytes[ConditionBytes..]);
        var level = GetLevel(kind);
        for (var i = 0; i < MaxConditions; i++)
        {
            if (((levels >> (i * BitsPerStep)) & MaxLevel) > level)
                later &= ~(1 << (i + 1));
        }

        return later;
    }

    private static int GetLevel(ReceiptKind kind) =>
        kind == ReceiptKind.Delivered ? 0
        : kind == ReceiptKind.Opened ? 1
        : 2;
}
