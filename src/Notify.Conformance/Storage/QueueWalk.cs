using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>Performs the same actions on a queue and on its model, and compares all results.</summary>
internal sealed partial class QueueWalk(ConformanceStore store, DateTimeOffset start, CancellationToken cancellationToken)
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromMinutes(2);
    private static readonly string[] Tenants = ["tenant-1", "tenant-2", "tenant-3"];
    private static readonly string[] Providers = ["mail-1", "mail-2"];

    private readonly QueueModel _model = new();
    private readonly List<Lease> _held = [];
    private readonly List<Lease> _lost = [];
    private readonly DateTimeOffset _keysExpireAt = start.AddYears(1);
    private DateTimeOffset _now = start;

    public async Task RunAsync(IEnumerable<QueueCommand> commands)
    {
        foreach (var command in commands)
        {
            await RunAsync(command);
            await CompareDepthAsync();
        }

        await CompareDeliveriesAsync();
        foreach (var tenant in Tenants)
            await CompareDeadLettersAsync(new DeadLetterFilter { Tenant = tenant }, 1);
    }

    private Task RunAsync(QueueCommand command) =>
        command.Action switch
        {
            QueueAction.Enqueue => EnqueueAsync(command),
            QueueAction.Lease => LeaseAsync(command),
            QueueAction.Claim => ClaimAsync(command),
            QueueAction.Renew => RenewAsync(command),
            QueueAction.Settle => SettleAsync(_held, command),
            QueueAction.SettleLate => SettleAsync(_lost, command),
            QueueAction.Cancel => CancelAsync(command),
            QueueAction.Replay => ReplayAsync(command),
            QueueAction.ListDeadLetters => ListDeadLettersAsync(command),
            _ => CrashAsync(command),
        };

    private async Task EnqueueAsync(QueueCommand command)
    {
        var claim =
            command.Variant % 3 == 0
                ? new IdempotencyClaim($"key-{command.Amount % 2}", new[] { (byte)(command.Amount / 2 % 2) }, _keysExpireAt)
                : null;
        var sample = new Sample(Pick(Tenants, command.Pick), _now) { Idempotency = claim };
        Delivery[] deliveries =
        [
            .. sample
                .Deliveries(1 + (command.Amount % 5))
                .Select(
                    (delivery, i) =>
                        delivery with
                        {
                            Priority = (Priority)((command.Variant + i) % 3),
                            Provider = Pick(Providers, command.Variant),
                            DueAt = _now.AddSeconds(command.Variant % 4 == 0 ? i * 50 : -i),
                        }
                ),
        ];

        var results = await store.Queue.EnqueueAsync([sample.Request(deliveries)], cancellationToken);

        Assert.Equal(_model.Enqueue(sample, deliveries), Assert.Single(results));
    }

    private async Task LeaseAsync(QueueCommand command)
    {
        var slots = new LeaseSlots((Priority)(command.Variant % 3), Pick(Providers, command.Pick), 1 + (command.Amount % 8));
        var due = _model.FindDue(slots, _now);

        var leases = await store.Queue.LeaseAsync(
            new LeaseRequest
            {
                Owner = GetOwner(command),
                Now = _now,
                Until = _now + LeaseDuration,
                Slots = [slots],
            },
            cancellationToken
        );

        Assert.Equal(Math.Min(slots.Max, due.Count), leases.Count);
        foreach (var tenant in due.GroupBy(delivery => delivery.Tenant))
            AssertOldestFirst([.. tenant], leases);
        AssertEqualShares(due, leases);
        foreach (var lease in leases)
            Take(lease, due);
    }

    private async Task ClaimAsync(QueueCommand command)
    {
        if (_model.Deliveries.Count == 0)
            return;

        var delivery = Pick(_model.Deliveries, command.Pick);
        var fence = command.Variant % 2 == 0 ? 0 : delivery.HighestFence;
        var isFree = delivery.DueAt is not null && delivery.Fence == fence;

        var leases = await store.Queue.ClaimAsync(
            new ClaimRequest(GetOwner(command), _now + LeaseDuration, [new DeliveryReference(delivery.Id, fence)]),
            cancellationToken
        );

        Assert.Equal(isFree ? 1 : 0, leases.Count);
        if (isFree)
            Take(leases[0], [delivery]);
    }

    private async Task RenewAsync(QueueCommand command)
    {
        Lease[] leases = [.. _held.Concat(_lost).Skip(command.Pick % 3).Take(1 + (command.Amount % 4))];
        var until = _now + LeaseDuration + TimeSpan.FromSeconds(command.Variant);

        var renewed = await store.Queue.RenewAsync(
            new RenewRequest(until, [.. leases.Select(lease => new DeliveryReference(lease.Delivery.Id, lease.Fence))]),
            cancellationToken
        );

        Assert.Equal(leases.Select(lease => _model.Renew(lease, until)), renewed);
    }

    private async Task SettleAsync(List<Lease> leases, QueueCommand command)
    {
        if (leases.Count == 0)
            return;

        var lease = Pick(leases, command.Pick);
        if (ReferenceEquals(leases, _held) && _held.Remove(lease))
            _lost.Add(lease);
        var settlement = CreateSettlement(lease, command);

        var applied = await store.Queue.SettleAsync([settlement], cancellationToken);

        Assert.Equal(_model.Settle(settlement), Assert.Single(applied));
    }

    private Settlement CreateSettlement(Lease lease, QueueCommand command)
    {
        var state = (DeliveryState)(command.Variant % 3);
        var delay = TimeSpan.FromSeconds(command.Amount);
        return new Settlement
        {
            DeliveryId = lease.Delivery.Id,
            Fence = lease.Fence,
            State = state,
            DueAt = state == DeliveryState.Pending ? _now + delay : null,
            RetryDelay = delay,
            Provider = Pick(Providers, command.Amount),
            AttemptsSpent = lease.Delivery.AttemptsSpent + 1,
            Attempt = new Attempt
            {
                Provider = lease.Delivery.Provider,
                StartedAt = _now,
                Duration = delay,
                Outcome = OutcomeKind.Retry,
            },
            SettledAt = _now,
        };
    }

    private async Task CancelAsync(QueueCommand command)
    {
        if (_model.Notifications.Count == 0)
            return;

        var (tenant, id) = Pick(_model.Notifications, command.Pick);
        var expected = _model.Cancel(id, _now);

        var cancellation = await store.Queue.CancelAsync(tenant, id, _now, cancellationToken);

        Assert.NotNull(cancellation);
        Assert.Equal(expected.Cancelled, cancellation.CancelledIds.Order());
        Assert.Equal(
            (expected.Cancelled.Count, expected.InFlight, expected.Ended),
            (cancellation.Cancelled, cancellation.InFlight, cancellation.Ended)
        );
    }

    // The worker forgets its leases. Time advances beyond the end of the leases or, in some variants, to just before it.
    private Task CrashAsync(QueueCommand command)
    {
        _lost.AddRange(_held);
        _held.Clear();
        _now +=
            command.Variant % 4 == 0
                ? LeaseDuration - TimeSpan.FromMilliseconds(1)
                : LeaseDuration + TimeSpan.FromSeconds(command.Amount);
        return Task.CompletedTask;
    }

    private void Take(Lease lease, IReadOnlyList<ModelDelivery> free)
    {
        var delivery = Assert.Single(free, delivery => delivery.Id == lease.Delivery.Id);
        Assert.True(
            lease.Fence > delivery.HighestFence,
            $"Fence {lease.Fence} of {delivery.Id} is not higher than {delivery.HighestFence}."
        );
        Assert.Equal(_now + LeaseDuration, lease.Until);
        delivery.Lease(lease);
        _held.Add(lease);
    }

    private static void AssertOldestFirst(ModelDelivery[] due, IReadOnlyList<Lease> leases)
    {
        var leased = leases.Select(lease => lease.Delivery.Id).ToHashSet();
        var newestLeased = due.Where(delivery => leased.Contains(delivery.Id)).Max(delivery => delivery.DueAt);
        var oldestLeft = due.Where(delivery => !leased.Contains(delivery.Id)).Min(delivery => delivery.DueAt);
        Assert.False(
            newestLeased > oldestLeft,
            $"A delivery of {due[0].Tenant} due at {newestLeased:O} was leased before one due at {oldestLeft:O}."
        );
    }

    private static void AssertEqualShares(IReadOnlyList<ModelDelivery> due, IReadOnlyList<Lease> leases)
    {
        var shares = due.CountBy(delivery => delivery.Tenant)
            .Select(tenant => (Due: tenant.Value, Leased: leases.Count(lease => lease.Delivery.Tenant == tenant.Key)))
            .ToArray();
        foreach (var waiting in shares.Where(share => share.Leased < share.Due))
            Assert.True(waiting.Leased >= shares.Max(share => share.Leased) - 1, "A waiting tenant got less than its share.");
    }

    private async Task CompareDepthAsync() =>
        Assert.Equal(
            Sort(_model.GetDepth()),
            Sort((await store.Queue.GetDepthAsync(cancellationToken)).Where(depth => depth.Pending > 0))
        );

    private async Task CompareDeliveriesAsync()
    {
        foreach (var (tenant, id) in _model.Notifications)
        {
            var records = await store.Notifications.ListDeliveriesAsync(tenant, id, null, 1_000, cancellationToken);
            var expected = _model.Deliveries.Where(delivery => delivery.NotificationId == id).OrderBy(delivery => delivery.Id);
            Assert.Equal(expected.Select(delivery => delivery.Describe()), records.Select(ModelDelivery.Describe));
        }
    }

    private static IEnumerable<QueueDepth> Sort(IEnumerable<QueueDepth> depths) =>
        depths.OrderBy(depth => depth.Priority).ThenBy(depth => depth.Provider, StringComparer.Ordinal);

    private static string GetOwner(QueueCommand command) => $"worker-{command.Pick % 3}";

    private static T Pick<T>(IReadOnlyList<T> items, int pick) => items[pick % items.Count];
}
