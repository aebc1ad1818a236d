using System.Collections.Concurrent;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Tests;

/// <summary>A queue that forwards all calls. Each faulty queue changes one thing.</summary>
internal abstract class QueueAround(IDeliveryQueue inner) : IDeliveryQueue
{
    public virtual ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) => inner.EnqueueAsync(requests, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        inner.LeaseAsync(request, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        inner.ClaimAsync(request, cancellationToken);

    public virtual ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        inner.RenewAsync(request, cancellationToken);

    public virtual ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => inner.SettleAsync(settlements, cancellationToken);

    public virtual ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => inner.CancelAsync(tenant, notificationId, now, cancellationToken);

    public virtual ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        inner.GetDepthAsync(cancellationToken);
}

internal sealed class IgnoresFences(IDeliveryQueue inner) : QueueAround(inner)
{
    private readonly ConcurrentDictionary<Guid, long> _newest = new();

    public override async ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var leases = await base.LeaseAsync(request, cancellationToken);
        foreach (var lease in leases)
            _newest[lease.Delivery.Id] = lease.Fence;
        return leases;
    }

    public override ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) =>
        base.SettleAsync(
            [
                .. settlements.Select(settlement =>
                    settlement with
                    {
                        Fence = _newest.GetValueOrDefault(settlement.DeliveryId, settlement.Fence),
                    }
                ),
            ],
            cancellationToken
        );
}

internal sealed class LeasesTwice(IDeliveryQueue inner) : QueueAround(inner)
{
    private IReadOnlyList<Lease> _last = [];

    public override async ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var leases = await base.LeaseAsync(request, cancellationToken);
        if (leases.Count > 0)
            return _last = leases;

        var again = _last;
        _last = [];
        return again;
    }
}

internal sealed class IgnoresTurns(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        string? first = null;
        return base.LeaseAsync(
            request with
            {
                TenantLimit = (_, tenant) => tenant == (first ??= tenant) ? int.MaxValue : 0,
            },
            cancellationToken
        );
    }
}

internal sealed class IgnoresTenantLimits(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        base.LeaseAsync(request with { TenantLimit = null }, cancellationToken);
}

internal sealed class AsksForTheLimitOfOneLane(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        base.LeaseAsync(
            request with
            {
                TenantLimit = request.TenantLimit is { } limit ? (_, tenant) => limit(request.Slots[0], tenant) : null,
            },
            cancellationToken
        );
}

internal sealed class LeasesTooEarly(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        base.LeaseAsync(request with { Now = request.Now.AddSeconds(1) }, cancellationToken);
}

internal sealed class ExceedsSlots(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        base.LeaseAsync(
            request with
            {
                Slots = [.. request.Slots.Select(slots => slots with { Max = slots.Max + 1 })],
            },
            cancellationToken
        );
}

internal sealed class NeverEndsLeases(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        base.LeaseAsync(request with { Until = request.Until.AddYears(5) }, cancellationToken);
}

internal sealed class ForgetsKeys(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) => base.EnqueueAsync([.. requests.Select(request => request with { Idempotency = null })], cancellationToken);
}

internal sealed class SeesNoConflicts(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) =>
        base.EnqueueAsync(
            [
                .. requests.Select(request =>
                    request with
                    {
                        Idempotency = request.Idempotency is { } claim ? claim with { Fingerprint = new byte[32] } : null,
                    }
                ),
            ],
            cancellationToken
        );
}

internal sealed class StoresInHalves(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) =>
        base.EnqueueAsync(
            [
                .. requests.Select(request =>
                    request with
                    {
                        Deliveries = [.. request.Deliveries.Take(Math.Max(1, request.Deliveries.Count / 2))],
                    }
                ),
            ],
            cancellationToken
        );
}

internal sealed class IgnoresCollapseKeys(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) =>
        base.EnqueueAsync(
            [
                .. requests.Select(request =>
                    request with
                    {
                        Deliveries =
                        [
                            .. request.Deliveries.Select(queued =>
                                queued with
                                {
                                    Delivery = queued.Delivery with { CollapseKey = null },
                                }
                            ),
                        ],
                    }
                ),
            ],
            cancellationToken
        );
}

internal sealed class ForgetsFallbacks(IDeliveryQueue inner) : QueueAround(inner)
{
    public override async ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) =>
        await base.SettleAsync(
            [
                .. settlements.Select(settlement =>
                    settlement.State == DeliveryState.DeadLetter
                        ? settlement with
                        {
                            State = DeliveryState.Cancelled,
                        }
                        : settlement
                ),
            ],
            cancellationToken
        );
}

internal sealed class AlwaysSaysSettled(IDeliveryQueue inner) : QueueAround(inner)
{
    public override async ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    )
    {
        await base.SettleAsync(settlements, cancellationToken);
        return [.. settlements.Select(_ => true)];
    }
}

internal sealed class LosesHistory(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => base.SettleAsync([.. settlements.Select(settlement => settlement with { Attempt = null })], cancellationToken);
}

internal sealed class ClaimsWhateverIsThere(IDeliveryQueue inner) : QueueAround(inner)
{
    public override async ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var fences = Enumerable
            .Range(0, 8)
            .SelectMany(fence => request.References.Select(reference => reference with { Fence = fence }));
        return await base.ClaimAsync(request with { References = [.. fences] }, cancellationToken);
    }
}

internal sealed class CancelsOtherTenants(IDeliveryQueue inner) : QueueAround(inner)
{
    public override async ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await base.CancelAsync("tenant-1", notificationId, now, cancellationToken)
        ?? await base.CancelAsync("tenant-2", notificationId, now, cancellationToken);
}

internal sealed class CancelsWhatIsInFlight(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => base.CancelAsync(tenant, notificationId, now.AddYears(1), cancellationToken);
}

internal sealed class RenewsNothing(IDeliveryQueue inner) : QueueAround(inner)
{
    public override ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<bool>>([.. request.References.Select(_ => true)]);
}

internal sealed class RenewsByClaiming(IDeliveryQueue inner) : QueueAround(inner)
{
    public override async ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken)
    {
        var claimed = await ClaimAsync(new ClaimRequest("worker", request.Until, request.References), cancellationToken);
        return [.. request.References.Select(reference => claimed.Any(lease => lease.Delivery.Id == reference.Id))];
    }
}
