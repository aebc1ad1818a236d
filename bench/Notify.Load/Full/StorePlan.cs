using System.Globalization;

namespace Notify.Load.Full;

/// <summary>
/// The notifications with which a store is filled, each with one delivery. Numbers count from 1: first those that have ended,
/// spread over the last four weeks, one in a hundred of them a dead letter; then those that wait, which were accepted during the
/// last day and are due during the coming week.
/// </summary>
internal sealed record StorePlan(int Ended, int Waiting)
{
    /// <summary>One ended notification of this many is a dead letter.</summary>
    public const int DeadLetterEvery = 100;

    private static readonly TimeSpan EndedFor = TimeSpan.FromDays(27);
    private static readonly TimeSpan WaitedFor = TimeSpan.FromHours(20);
    private static readonly TimeSpan WaitingFor = TimeSpan.FromDays(7);

    public int Count => Ended + Waiting;

    public DateTime Now { get; } =
        new(DateTime.UtcNow.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc);

    /// <summary>The time from which on the ended notifications were accepted.</summary>
    public DateTime FirstEnded => Now - TimeSpan.FromDays(28);

    public DateTime FirstWaiting => Now - TimeSpan.FromDays(1);

    public DateTime FirstDue => Now + TimeSpan.FromDays(1);

    public long TicksPerEnded => GetStep(EndedFor, Ended);

    public long TicksPerWaiting => GetStep(WaitedFor, Waiting);

    public long TicksPerDue => GetStep(WaitingFor, Waiting);

    public DateTime GetAcceptedAt(int number) =>
        number > Ended
            ? FirstWaiting + TimeSpan.FromTicks((number - Ended) * TicksPerWaiting)
            : FirstEnded + TimeSpan.FromTicks(number * TicksPerEnded);

    public DateTime GetDueAt(int number) => FirstDue + TimeSpan.FromTicks((number - Ended) * TicksPerDue);

    public DeliveryState GetState(int number) =>
        number > Ended ? DeliveryState.Pending
        : number % DeadLetterEvery == 0 ? DeliveryState.DeadLetter
        : DeliveryState.Sent;

    /// <summary>Gets the id of a notification, a UUIDv7 with the time at which it was accepted.</summary>
    public Guid GetNotificationId(int number) => GetId(number, kind: 0);

    public Guid GetDeliveryId(int number) => GetId(number, kind: 1);

    // PostgreSQL's resolution is a microsecond.
    private static long GetStep(TimeSpan length, int count) => length.Ticks / Math.Max(1, count) / 10 * 10;

    private Guid GetId(int number, int kind)
    {
        var milliseconds = (GetAcceptedAt(number) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
        return Guid.ParseExact(string.Create(CultureInfo.InvariantCulture, $"{milliseconds:x12}7{kind:x3}8{number:x15}"), "N");
    }
}
