using Notify.Providers;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>The queue as one process reaches it, by calls that take time and fail.</summary>
internal sealed class SimulatedQueue(IDeliveryQueue queue, SimulatedProcess process, World world) : IDeliveryQueue
{
    private readonly Dictionary<Guid, long> _heardFences = [];

    private Ledger Ledger => world.Ledger;

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "enqueue",
            () =>
            {
                var results = queue.EnqueueAsync(requests, CancellationToken.None).Result;
                for (var i = 0; i < requests.Count; i++)
                    Ledger.Enqueued(process, requests[i], results[i]);
                return results;
            },
            cancellationToken
        );

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            $"lease {string.Join(", ", request.Slots.Select(slots => $"{slots.Max} {slots.Priority} {slots.Provider}"))}",
            () =>
            {
                var leases = queue.LeaseAsync(request, CancellationToken.None).Result;
                Ledger.Leased(process, request, leases);
                return leases;
            },
            cancellationToken,
            answered: Hear
        );

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "claim",
            () =>
            {
                var leases = queue.ClaimAsync(request, CancellationToken.None).Result;
                Ledger.Claimed(process, leases);
                return leases;
            },
            cancellationToken,
            answered: Hear
        );

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "renew",
            () =>
            {
                var answers = queue.RenewAsync(request, CancellationToken.None).Result;
                Ledger.Renewed(process, request, answers);
                return answers;
            },
            cancellationToken
        );

    public ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        foreach (var settlement in settlements)
            Ledger.Settles(process, settlement, _heardFences.GetValueOrDefault(settlement.DeliveryId));
        return world.Operations.CallAsync(
            process,
            "settle",
            () => Settle(settlements),
            cancellationToken,
            Ledger.GetNumber(settlements[0].DeliveryId),
            answers =>
            {
                for (var i = 0; i < settlements.Count; i++)
                    Ledger.SettleAnswered(
                        process,
                        settlements[i],
                        answers[i],
                        _heardFences.GetValueOrDefault(settlements[i].DeliveryId)
                    );
            },
            () => Ledger.SettleFailed(process, settlements)
        );
    }

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "cancel",
            () =>
            {
                var cancellation = queue.CancelAsync(tenant, notificationId, now, CancellationToken.None).Result;
                Ledger.Cancelled(notificationId, cancellation);
                return cancellation;
            },
            cancellationToken
        );

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        world.Operations.CallAsync(process, "depth", () => queue.GetDepthAsync(CancellationToken.None).Result, cancellationToken);

    // One by one, so that the ledger sees the store as each settlement leaves it.
    private IReadOnlyList<bool> Settle(IReadOnlyList<Settlement> settlements)
    {
        var answers = new bool[settlements.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = queue.SettleAsync([settlements[i]], CancellationToken.None).Result[0];
            Ledger.Settled(process, settlements[i], answers[i]);
        }

        return answers;
    }

    private void Hear(IReadOnlyList<Lease> leases)
    {
        foreach (var lease in leases)
            _heardFences[lease.Delivery.Id] = lease.Fence;
    }
}
