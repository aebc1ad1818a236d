using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>
/// This part watches erasures: once an erasure is complete, nothing in the store tells what was sent to the user or where.
/// </summary>
internal sealed partial class Ledger
{
    private readonly Dictionary<(string Tenant, string User), DateTimeOffset> _removed = [];

    /// <summary>The users whose erasure is complete, and the time before which everything for them must be erased.</summary>
    private readonly Dictionary<(string Tenant, string User), DateTimeOffset> _erased = [];

    /// <summary>Records that a user is no longer there. Everything that was accepted for it before must be erased.</summary>
    public void UserRemoved(string tenant, string user)
    {
        _removed[(tenant, user)] = clock.Now;
        _erased.Remove((tenant, user));
    }

    /// <summary>Records that an erasure has read a batch of deliveries or events.</summary>
    public void ErasedSome(IReadOnlyList<Erasure> applied)
    {
        foreach (var tenant in applied.Select(erasure => erasure.Tenant).Distinct())
        {
            foreach (var notification in _notifications.Values.Where(notification => notification.Tenant == tenant))
            {
                Resync(notification);
                foreach (var stored in ListEvents(notification, ofSummary: false))
                    EraseEvent(applied, stored);
            }
        }
    }

    public void ErasuresCompleted(IReadOnlyList<Erasure> completed)
    {
        var pending = erasures
            .ListAsync(1_000, CancellationToken.None)
            .Result.Select(erasure => (erasure.Tenant, erasure.UserId))
            .ToHashSet();
        foreach (var erasure in completed)
        {
            trace.Add($"{erasure.Tenant} {erasure.UserId} is erased", 0);
            var user = (erasure.Tenant, erasure.UserId);
            if (!_removed.TryGetValue(user, out var removedAt) || pending.Contains(user))
                continue;

            // What was accepted while the user was being removed can be told from what its successor got only if there is none.
            var isGone = recipients.FindPerson(erasure.Tenant, erasure.UserId) is null;
            _erased[user] = isGone || removedAt < erasure.RequestedAt ? removedAt : erasure.RequestedAt;
        }

        CheckErasures();
    }

    public bool ErasuresAreDone() => erasures.ListAsync(1, CancellationToken.None).Result.Count == 0;

    private void EraseEvent(IReadOnlyList<Erasure> applied, CollectedEvent stored)
    {
        var facts = _collected[stored.Id];
        if (facts.State != CollectedState.Waiting || stored.State == CollectedState.Waiting)
            return;

        Require(
            stored.State == CollectedState.Cancelled && applied.Any(erasure => erasure.UserId == stored.UserId),
            "an erasure cancels the events of its users, and no others"
        );
        facts.State = stored.State;
    }

    private void CheckErasures()
    {
        foreach (var notification in _notifications.Values)
        {
            var records = ListDeliveries(notification);
            var events = ListEvents(notification, ofSummary: false);
            foreach (var record in records.Where(record => IsErased(notification, record.Delivery.UserId)))
            {
                Require(
                    record is { DueAt: null, Attempts.Count: 0, Receipts.Count: 0 }
                        && record.State != DeliveryState.Pending
                        && record.Delivery is { To.Value: "", DeviceId: null, Topic: null, CollapseKey: null },
                    "what was sent to an erased user is erased",
                    _facts[record.Delivery.Id]
                );
            }

            foreach (var collected in events.Where(collected => IsErased(notification, collected.UserId)))
                Require(collected.State != CollectedState.Waiting, "no event of an erased user waits");

            string?[] users =
            [
                .. records.Select(record => record.Delivery.UserId),
                .. events.Select(collected => collected.UserId),
            ];
            if (users.Length > 0 && users.All(user => IsErased(notification, user)) && IsExpanded(notification))
                Require(HasNoContent(notification), "what only erased users got is erased");
        }
    }

    private bool IsExpanded(Notification notification) => GetProgress(notification).All(progress => progress.IsComplete);

    private bool HasNoContent(Notification notification) =>
        store.FindAsync(notification.Tenant, notification.Id, CancellationToken.None).Result is { } stored
        && stored.Trigger is { Content: null, Data: null, CollapseKey: null, IdempotencyKey: null }
        && stored.Contents.All(variant => variant.Content is { Title: null, Body: null, Html: null });

    // What was accepted in the moment of the removal may be for the user who is created next.
    private bool IsErased(Notification notification, string? user) =>
        user is not null && _erased.TryGetValue((notification.Tenant, user), out var before) && notification.AcceptedAt < before;
}
