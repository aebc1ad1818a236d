using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// What became of a notification so far, as numbers. All stores use <see cref="Create"/>, so that they report the same.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record NotificationProgress
{
    /// <summary>The reason with which a store ends the deliveries and events that a call cancels.</summary>
    public const string CancelReason = "cancelled";

    /// <summary>The progress of a notification without deliveries, events and expansions.</summary>
    public static readonly NotificationProgress None = new()
    {
        Deliveries = new Dictionary<DeliveryState, long>(),
        Collected = new Dictionary<CollectedState, long>(),
    };

    /// <summary>
    /// Gets the number of deliveries in each state, without states that have none; null if they were not counted because there
    /// are too many.
    /// </summary>
    public required IReadOnlyDictionary<DeliveryState, long>? Deliveries { get; init; }

    /// <summary>Gets the number of collected events in each state, without states that have none.</summary>
    public required IReadOnlyDictionary<CollectedState, long> Collected { get; init; }

    /// <summary>Gets the channels of the deliveries that were counted, each once.</summary>
    public IReadOnlyList<Channel> Channels { get; init; } = [];

    /// <summary>Gets whether an expansion has not ended.</summary>
    public bool IsExpanding { get; init; }

    /// <summary>Gets whether an expansion ended as a dead letter.</summary>
    public bool HasDeadExpansion { get; init; }

    /// <summary>Gets whether a call or an erasure cancelled a delivery, an event or an expansion.</summary>
    public bool WasCancelled { get; init; }

    /// <summary>Creates the progress of notifications from the rows that a store found.</summary>
    /// <param name="rows">The rows, in any order.</param>
    /// <param name="maxSubscribers">
    /// The number of expanded subscribers above which the deliveries of a notification are not reported.
    /// </param>
    /// <returns>The progress of the notifications that have rows.</returns>
    public static IReadOnlyDictionary<Guid, NotificationProgress> Create(IEnumerable<ProgressRow> rows, long maxSubscribers) =>
        rows.GroupBy(row => row.NotificationId).ToDictionary(group => group.Key, group => CreateOne([.. group], maxSubscribers));

    private static NotificationProgress CreateOne(List<ProgressRow> rows, long maxSubscribers)
    {
        var expansions = rows.FindAll(row => row.Kind == ProgressRowKind.Expansion);
        return new NotificationProgress
        {
            Deliveries = expansions.Exists(row => row.Count > maxSubscribers)
                ? null
                : Count(rows, ProgressRowKind.Delivery, state => ToKnown((DeliveryState)state, DeliveryState.Unknown)),
            // An event in a state that only a newer version knows may still be sent.
            Collected = Count(rows, ProgressRowKind.Event, state => ToKnown((CollectedState)state, CollectedState.Waiting)),
            Channels = [.. rows.FindAll(row => row.Kind == ProgressRowKind.Delivery).Select(row => row.Channel).Distinct()],
            IsExpanding = expansions.Exists(row => row.State == (int)ExpansionState.Running),
            HasDeadExpansion = expansions.Exists(row => row.State == (int)ExpansionState.DeadLetter),
            WasCancelled = rows.Exists(row =>
                row.Kind == ProgressRowKind.Expansion ? row.State == (int)ExpansionState.Stopped : row.IsCancelled
            ),
        };
    }

    private static Dictionary<TState, long> Count<TState>(List<ProgressRow> rows, ProgressRowKind kind, Func<int, TState> read)
        where TState : struct, Enum =>
        rows.FindAll(row => row.Kind == kind)
            .GroupBy(row => read(row.State), row => row.Count)
            .ToDictionary(state => state.Key, state => state.Sum());

    private static TState ToKnown<TState>(TState state, TState substitute)
        where TState : struct, Enum => Enum.IsDefined(state) ? state : substitute;
}

/// <summary>
/// The deliveries of a notification over one channel in one state, its events in one state, or one expansion, as a store counts
/// them.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct ProgressRow
{
    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the kind of the row.</summary>
    public required ProgressRowKind Kind { get; init; }

    /// <summary>
    /// Gets the number of a <see cref="DeliveryState"/>, <see cref="CollectedState"/> or <see cref="ExpansionState"/>.
    /// </summary>
    public required int State { get; init; }

    /// <summary>Gets the channel of the deliveries; the default value for events and expansions.</summary>
    public Channel Channel { get; init; }

    /// <summary>
    /// Gets whether the deliveries or events have the reason <see cref="NotificationProgress.CancelReason"/> or
    /// <see cref="Erasure.Reason"/>. An erasure cancels what waits, and replaces the reason of what had been cancelled before.
    /// </summary>
    public bool IsCancelled { get; init; }

    /// <summary>
    /// Gets the number of deliveries or events, or of the subscribers of the expansion whose deliveries are stored.
    /// </summary>
    public required long Count { get; init; }
}

/// <summary>The kind of a <see cref="ProgressRow"/>.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public enum ProgressRowKind
{
    /// <summary>Deliveries over one channel in one state.</summary>
    Delivery = 0,

    /// <summary>Collected events in one state.</summary>
    Event = 1,

    /// <summary>An expansion.</summary>
    Expansion = 2,
}

/// <summary>The state of an expansion in a <see cref="ProgressRow"/>.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public enum ExpansionState
{
    /// <summary>The expansion has a due time.</summary>
    Running = 0,

    /// <summary>The expansion has ended, and all its subscribers are done.</summary>
    Complete = 1,

    /// <summary>The expansion has ended with a reason.</summary>
    DeadLetter = 2,

    /// <summary>The expansion has ended without a reason before all its subscribers were done: a call cancelled it.</summary>
    Stopped = 3,
}
