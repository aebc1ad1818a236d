using Notify.Load.Hosts;

namespace Notify.Load.Chaos;

/// <summary>Compares the acknowledged notifications with those that the vendor recorded as accepted.</summary>
internal sealed class Audit
{
    private readonly Dictionary<Guid, int> _inFlight = [];

    /// <summary>The number of attempts that were in flight when a process was killed.</summary>
    public int InFlight { get; private set; }

    /// <summary>The number of acknowledged notifications that the vendor accepted.</summary>
    public int Delivered { get; private set; }

    /// <summary>The number of acknowledged notifications that the vendor never accepted.</summary>
    public int Lost { get; private set; }

    /// <summary>The number of times that the vendor accepted a notification again.</summary>
    public int Duplicates { get; private set; }

    /// <summary>The number of duplicates that no attempt in flight at a kill explains.</summary>
    public int Unexplained { get; private set; }

    /// <summary>
    /// Records the attempts that a process was making when it was killed: those of deliveries that it still holds a lease on in
    /// the database, for which its vendor recorded more calls than the database has outcomes.
    /// </summary>
    public void AddKill(IEnumerable<VendorEntry> record, IReadOnlyDictionary<Guid, int> held)
    {
        var begun = record.Where(entry => entry.Act == VendorAct.Began).CountBy(entry => entry.NotificationId);
        foreach (var (notificationId, times) in begun)
        {
            if (!held.TryGetValue(notificationId, out var settled) || times <= settled)
                continue;
            _inFlight[notificationId] = _inFlight.GetValueOrDefault(notificationId) + 1;
            InFlight++;
        }
    }

    public void Finish(IEnumerable<Guid> acknowledged, IEnumerable<VendorEntry> record)
    {
        var accepted = record
            .Where(entry => entry.Act == VendorAct.Accepted)
            .CountBy(entry => entry.NotificationId)
            .ToDictionary();
        foreach (var notificationId in acknowledged)
        {
            if (!accepted.Remove(notificationId, out var times))
            {
                Lost++;
                continue;
            }

            Delivered++;
            Duplicates += times - 1;
            Unexplained += Math.Max(0, times - 1 - _inFlight.GetValueOrDefault(notificationId));
        }

        // If a kill prevented the answer to a trigger, its notification may be stored under an id that no client knows. The
        // client then repeated its request.
        var unknown = accepted.Values.Sum();
        Duplicates += unknown;
        Unexplained += unknown;
    }
}
