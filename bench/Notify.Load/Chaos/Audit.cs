using Notify.Load.Hosts;

namespace Notify.Load.Chaos;

/// <summary>Compares what was acknowledged with what the vendor says it took over.</summary>
internal sealed class Audit
{
    private readonly Dictionary<Guid, int> _inFlight = [];

    /// <summary>Attempts under way at the kills.</summary>
    public int InFlight { get; private set; }

    /// <summary>Acknowledged notifications that the vendor accepted.</summary>
    public int Delivered { get; private set; }

    /// <summary>Acknowledged notifications that the vendor never accepted.</summary>
    public int Lost { get; private set; }

    /// <summary>Acceptances beyond the first of a notification.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Duplicates of what was not in flight at a kill as often as it was repeated.</summary>
    public int Unexplained { get; private set; }

    /// <summary>
    /// Notes what a killed process had under way: deliveries whose lease it holds in the database as the kill left it, and which
    /// its vendor saw begin more often than the database knows an outcome.
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

        // A notification that nobody was told of stands beside the one whose client repeated its request.
        var unknown = accepted.Values.Sum();
        Duplicates += unknown;
        Unexplained += unknown;
    }
}
