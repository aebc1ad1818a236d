using Notify.Providers;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>
/// This part watches throttles: how many messages pass, and that permits are spent for these and for nothing else.
/// </summary>
internal sealed partial class Ledger
{
    private readonly List<Permit> _permits = [];
    private readonly Dictionary<(ThrottleKey Key, SimulatedProcess Process), int> _passed = [];
    private readonly HashSet<SimulatedProcess> _gone = [];

    public void PermitsTaken(SimulatedProcess process, ThrottleRequest request, IReadOnlyList<bool> taken)
    {
        for (var i = 0; i < taken.Count; i++)
        {
            var key = new ThrottleKey(request.Tenant, request.Category, request.Recipients[i]);
            var inWindow = _permits.Count(permit => permit.Key == key && permit.At > request.Now - request.Per);
            Require(
                taken[i] == inWindow < request.Max,
                taken[i] ? "a throttle never lets more than its limit pass" : "a throttle refuses only what is beyond its limit"
            );
            if (taken[i])
                _permits.Add(new Permit(key, request.Now, process));
        }
    }

    public void PermitsGivenBack(SimulatedProcess process, ThrottleRequest request)
    {
        foreach (var recipient in request.Recipients)
        {
            var key = new ThrottleKey(request.Tenant, request.Category, recipient);
            Require(_permits.Remove(new Permit(key, request.Now, process)), "a permit is given back once");
            CheckPermits(key, process);
        }
    }

    private void CountPassed(SimulatedProcess process, Notification notification, IReadOnlyList<QueuedDelivery> deliveries)
    {
        if (notification.Trigger.Throttle is null)
            return;

        foreach (
            var recipient in deliveries
                .Where(queued => queued.CancelledBecause is null)
                .Select(queued => GetRecipient(queued.Delivery).Key)
                .Distinct()
        )
        {
            var key = new ThrottleKey(notification.Tenant, notification.Trigger.Category!, recipient);
            _passed[(key, process)] = _passed.GetValueOrDefault((key, process)) + 1;
            CheckPermits(key, process);
        }
    }

    private void CheckPermits(ThrottleKey key, SimulatedProcess process) =>
        Require(
            _passed.GetValueOrDefault((key, process)) <= CountPermits(key, process),
            "nothing passes a throttle without a permit of its own"
        );

    /// <summary>
    /// Where nothing failed, every permit was spent for a message that was stored. A process that stopped may have taken permits
    /// for triggers that it did not store any more.
    /// </summary>
    private void CheckThrottlesAtRest()
    {
        foreach (var (key, process) in _permits.Select(permit => (permit.Key, permit.Process)).Distinct())
            Require(
                !conditions.IsCalm
                    || _gone.Contains(process)
                    || _passed.GetValueOrDefault((key, process)) == CountPermits(key, process),
                "a permit is spent only for what is stored"
            );
    }

    private int CountPermits(ThrottleKey key, SimulatedProcess process) =>
        _permits.Count(permit => permit.Key == key && permit.Process == process);

    private static Recipient GetRecipient(Delivery delivery) =>
        delivery.UserId is { } user ? Recipient.User(user) : Recipient.Email(delivery.To.Value);

    private readonly record struct ThrottleKey(string Tenant, string Category, string Recipient);

    private readonly record struct Permit(ThrottleKey Key, DateTimeOffset At, SimulatedProcess Process);
}
