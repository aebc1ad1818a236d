using System.Globalization;
using System.Text;
using Notify.Load.Hosts;
using Notify.Providers;

namespace Notify.Load.Chaos;

/// <summary>Compares the acknowledged notifications with those that the vendor recorded as accepted.</summary>
internal sealed class Audit
{
    private readonly HashSet<RecordedCall> _inFlight = [];
    private readonly StringBuilder _findings = new();

    /// <summary>The number of attempts that were in flight when a process was killed or the store was down.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>The number of acknowledged notifications that the vendor accepted.</summary>
    public int Delivered { get; private set; }

    /// <summary>The number of acknowledged notifications that the vendor never accepted.</summary>
    public int Lost { get; private set; }

    /// <summary>The number of times that the vendor accepted a notification again.</summary>
    public int Duplicates { get; private set; }

    /// <summary>The number of duplicates that neither an attempt in flight nor a lost answer explains.</summary>
    public int Unexplained { get; private set; }

    /// <summary>
    /// The calls and the stored attempts of each notification with an unexplained duplicate; empty if there is none.
    /// </summary>
    public string Findings => _findings.ToString();

    /// <summary>
    /// Records the attempts that a process was making when it was killed or the store was down: of each delivery that it held a
    /// lease on, the first call whose outcome was not in the database. A lease explains one call, because a process makes one
    /// attempt at a time. Later calls may follow from a newer lease.
    /// </summary>
    /// <param name="record">The record of the process's vendor.</param>
    /// <param name="held">The deliveries that the process held, with the attempts that were in the database.</param>
    public void AddKill(IEnumerable<VendorEntry> record, IReadOnlyDictionary<Guid, IReadOnlyList<Attempt>> held)
    {
        var calls = record
            .Where(entry => entry.Act == VendorAct.Began)
            .ToLookup(entry => entry.NotificationId, entry => entry.Call);
        foreach (var (notificationId, attempts) in held)
        {
            var unstored = calls[notificationId]
                .Where(call => !_inFlight.Contains(call) && !attempts.Any(attempt => IsAttempt(attempt, call)));
            _inFlight.UnionWith(unstored.OrderBy(call => call.BeganAt).Take(1));
        }
    }

    /// <param name="acknowledged">The notifications that a client knows of.</param>
    /// <param name="record">The records of all vendors.</param>
    /// <param name="stored">All notifications with the attempts in the database.</param>
    public void Finish(
        IEnumerable<Guid> acknowledged,
        IEnumerable<VendorEntry> record,
        IReadOnlyDictionary<Guid, IReadOnlyList<Attempt>> stored
    )
    {
        var accepted = record
            .Where(entry => entry.Act == VendorAct.Accepted)
            .GroupBy(entry => entry.NotificationId, entry => entry.Call)
            .ToDictionary(calls => calls.Key, calls => calls.ToArray());
        foreach (var notificationId in acknowledged)
        {
            if (!accepted.Remove(notificationId, out var calls))
            {
                Lost++;
                continue;
            }

            Delivered++;
            Duplicates += calls.Length - 1;
            if (calls.Length == 1)
                continue;
            var attempts = stored.GetValueOrDefault(notificationId, []);
            var unexplained = CountUnexplained(calls, attempts);
            Unexplained += unexplained;
            if (unexplained > 0)
                Describe(notificationId, calls, attempts);
        }

        // If a kill prevented the answer to a trigger, its notification may be stored under an id that no client knows. The
        // client then repeated its request.
        var unknown = accepted.Values.Sum(calls => calls.Length);
        Duplicates += unknown;
        Unexplained += unknown;
    }

    // One acceptance is in the database as the end of the delivery. For any other, the outcome must be missing because the
    // attempt was in flight, or the engine must have recorded that it did not get the vendor's answer in time.
    private int CountUnexplained(RecordedCall[] calls, IReadOnlyList<Attempt> attempts)
    {
        var outcomes = new Dictionary<RecordedCall, OutcomeKind>();
        foreach (var attempt in attempts)
        {
            // An attempt stands for one call, even if another process called meanwhile.
            var called = calls.Where(call => IsAttempt(attempt, call)).OrderBy(call => call.BeganAt).Take(1);
            foreach (var call in called)
                outcomes[call] = attempt.Outcome;
        }

        var sent = outcomes.Values.Count(outcome => outcome == OutcomeKind.Sent);
        return calls.Count(call => !IsExplained(call)) + Math.Max(0, sent - 1);

        bool IsExplained(RecordedCall call) =>
            outcomes.TryGetValue(call, out var outcome)
                ? outcome is OutcomeKind.Sent or OutcomeKind.AnswerLost
                : _inFlight.Contains(call);
    }

    private void Describe(Guid notificationId, RecordedCall[] calls, IReadOnlyList<Attempt> attempts)
    {
        _findings.AppendLine(CultureInfo.InvariantCulture, $"{notificationId} was accepted {calls.Length} times.");
        foreach (var call in calls)
        {
            var inFlight = _inFlight.Contains(call) ? ", in flight" : "";
            _findings.AppendLine(CultureInfo.InvariantCulture, $"  call at {call.BeganAt:O}{inFlight}");
        }

        foreach (var attempt in attempts)
        {
            var end = attempt.StartedAt + attempt.Duration;
            _findings.AppendLine(CultureInfo.InvariantCulture, $"  stored: {attempt.StartedAt:O} to {end:O}, {attempt.Outcome}");
        }
    }

    // The engine notes when an attempt began and how long it took. The vendor was called within this time.
    private static bool IsAttempt(Attempt attempt, RecordedCall call) =>
        attempt.StartedAt <= call.BeganAt && call.BeganAt <= attempt.StartedAt + attempt.Duration;
}
