using Notify.Storage;

namespace Notify.Conformance.Tests;

internal sealed class ForgetsPreferences(IUserStore inner) : IUserStore
{
    public ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken) =>
        SaveEachAsync(users, cancellationToken);

    private async ValueTask SaveEachAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        foreach (var user in users)
        {
            await inner.UpdateAsync(
                user.Tenant,
                user.Id,
                stored => stored with { User = user, Preferences = [] },
                cancellationToken
            );
        }
    }

    public ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) => inner.FindAsync(tenant, ids, cancellationToken);

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) => inner.UpdateAsync(tenant, id, change, cancellationToken);

    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) => inner.RemoveAsync(tenant, id, condition, cancellationToken);

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListAsync(tenant, prefix, after, limit, cancellationToken);
}

internal sealed class LosesUpdates(IUserStore inner) : IUserStore
{
    public ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken) =>
        inner.SaveAsync(users, cancellationToken);

    public ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) => inner.FindAsync(tenant, ids, cancellationToken);

    public async ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    )
    {
        var known = await inner.FindAsync(tenant, [id], cancellationToken) is [var user]
            ? user
            : new UserRecord { Tenant = tenant, Id = id };
        if (change(known) is not { } changed)
            return false;
        await Task.Yield();
        return await inner.UpdateAsync(tenant, id, _ => changed, cancellationToken);
    }

    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) => inner.RemoveAsync(tenant, id, condition, cancellationToken);

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListAsync(tenant, prefix, after, limit, cancellationToken);
}

internal sealed class KeepsEveryToken(ISharedTokenStore inner) : ISharedTokenStore
{
    public ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken) =>
        inner.FindAsync(name, cancellationToken);

    public ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    ) => inner.OfferAsync(name, offered, DateTimeOffset.MaxValue, cancellationToken);

    public ValueTask<int> PurgeAsync(string prefix, DateTimeOffset issuedBefore, int most, CancellationToken cancellationToken) =>
        inner.PurgeAsync(prefix, issuedBefore, most, cancellationToken);
}

internal sealed class PrunesWhatIsRegisteredAnew(IDeviceStore inner) : IDeviceStore
{
    public ValueTask RegisterAsync(Device device, CancellationToken cancellationToken) =>
        inner.RegisterAsync(device, cancellationToken);

    public ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken) =>
        inner.UpdateAsync(device, cancellationToken);

    public ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => inner.FindAsync(tenant, userIds, cancellationToken);

    public ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        inner.ListAsync(tenant, userId, cancellationToken);

    public ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        inner.RemoveAsync(tenant, userId, id, cancellationToken);

    public ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    ) => inner.PruneAsync(tenant, app, token, reason, knownDeadAt.AddYears(1), cancellationToken);
}

internal sealed class ListsInReverse(ITopicStore inner) : ITopicStore
{
    public ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => inner.SubscribeAsync(tenant, topic, userIds, cancellationToken);

    public ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => inner.UnsubscribeAsync(tenant, topic, userIds, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => [.. (await inner.ListAsync(tenant, topic, after, limit, cancellationToken)).Reverse()];

    public ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken) =>
        inner.CountAsync(tenant, topic, cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListTopicsAsync(tenant, prefix, after, limit, cancellationToken);
}

internal abstract class TemplateStoreFault(ITemplateStore inner) : ITemplateStore
{
    public virtual ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken) =>
        inner.SaveAsync(template, maxVersions, cancellationToken);

    public virtual ValueTask<Template?> FindAsync(
        string tenant,
        string name,
        int? version,
        CancellationToken cancellationToken
    ) => inner.FindAsync(tenant, name, version, cancellationToken);

    public virtual ValueTask KeepAsync(
        string tenant,
        string name,
        int version,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) => inner.KeepAsync(tenant, name, version, until, cancellationToken);

    public virtual ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken) =>
        inner.DeleteAsync(tenant, name, cancellationToken);

    public virtual ValueTask<IReadOnlyList<VersionSummary>> ListVersionsAsync(
        string tenant,
        string name,
        int? before,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListVersionsAsync(tenant, name, before, limit, cancellationToken);

    public virtual ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListAsync(tenant, prefix, after, limit, cancellationToken);
}

internal sealed class KnowsOneVersion(ITemplateStore inner) : TemplateStoreFault(inner)
{
    public override ValueTask<Template?> FindAsync(
        string tenant,
        string name,
        int? version,
        CancellationToken cancellationToken
    ) => base.FindAsync(tenant, name, null, cancellationToken);
}

internal sealed class KeepsEveryVersion(ITemplateStore inner) : TemplateStoreFault(inner)
{
    public override ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken) =>
        base.SaveAsync(template, int.MaxValue, cancellationToken);
}

internal sealed class ProtectsNoVersion(ITemplateStore inner) : TemplateStoreFault(inner)
{
    public override ValueTask KeepAsync(
        string tenant,
        string name,
        int version,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) => default;
}

internal sealed class DeletesOnlyInName(ITemplateStore inner) : TemplateStoreFault(inner)
{
    public override async ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken) =>
        await FindAsync(tenant, name, null, cancellationToken) is not null;
}

internal sealed class ReplaysWithoutLimit(IDeadLetterStore inner) : IDeadLetterStore
{
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListAsync(filter, after, limit, cancellationToken);

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        inner.CountAsync(filter, cancellationToken);

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        inner.ReplayAsync(request with { Limit = int.MaxValue }, cancellationToken);
}

internal sealed class SkipsWhatEndedTogether(IDeadLetterStore inner) : IDeadLetterStore
{
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListAsync(filter, after is { } last ? last with { Id = Guid.Empty } : null, limit, cancellationToken);

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        inner.CountAsync(filter, cancellationToken);

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        inner.ReplayAsync(request, cancellationToken);
}

internal sealed class IgnoresReasons(IDeadLetterStore inner) : IDeadLetterStore
{
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListAsync(filter with { Reason = null }, after, limit, cancellationToken);

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        inner.CountAsync(filter with { Reason = null }, cancellationToken);

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        inner.ReplayAsync(request, cancellationToken);
}

internal sealed class NeverLosesExpansions(IExpansionStore inner) : IExpansionStore
{
    public ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        inner.LeaseAsync(request, cancellationToken);

    public ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken) =>
        inner.FailAsync(failure, cancellationToken);

    public async ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken)
    {
        for (var fence = step.Lease.Fence; fence < step.Lease.Fence + 4; fence++)
        {
            if (await inner.AdvanceAsync(step with { Lease = step.Lease with { Fence = fence } }, cancellationToken))
                return true;
        }

        return false;
    }

    public ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    ) => inner.FindReachedAsync(notificationId, addressKeys, cancellationToken);

    public ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    ) => inner.GetProgressAsync(tenant, notificationId, cancellationToken);
}

internal abstract class FaultyDigests(IDigestStore inner) : IDigestStore
{
    protected IDigestStore Inner => inner;

    public virtual ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        inner.LeaseAsync(request, cancellationToken);

    public virtual ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken) =>
        inner.CloseAsync(closing, cancellationToken);

    public ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        inner.FailAsync(lease, retryAt, cancellationToken);

    public ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    ) => inner.ListAsync(tenant, notificationId, ofSummary, limit, cancellationToken);
}

internal sealed class ForgetsWhatCameMeanwhile(IDigestStore inner) : FaultyDigests(inner)
{
    public override async ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken)
    {
        if (!await Inner.CloseAsync(closing, cancellationToken))
            return false;
        var request = new DueRequest("thief", closing.NextDueAt, closing.NextDueAt);
        foreach (var rest in await Inner.LeaseAsync(request, cancellationToken))
            await Inner.CloseAsync(new DigestClosing(rest, CollectedState.Cancelled, closing.NextDueAt), cancellationToken);
        return true;
    }
}

internal sealed class ServesOneTenant(IDigestStore inner) : FaultyDigests(inner)
{
    public override async ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(
        DueRequest request,
        CancellationToken cancellationToken
    )
    {
        var leases = await Inner.LeaseAsync(request, cancellationToken);
        return [.. leases.Where(lease => lease.Tenant == leases[0].Tenant)];
    }
}

/// <summary>A worker keeps its lease although one of the events was cancelled after it took the lease.</summary>
internal sealed class SumsUpWhatWasCancelled(IDigestStore inner) : FaultyDigests(inner)
{
    public override async ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken)
    {
        for (var fence = closing.Lease.Fence; fence < closing.Lease.Fence + 4; fence++)
        {
            var lease = closing.Lease with { Fence = fence };
            if (await Inner.CloseAsync(closing with { Lease = lease }, cancellationToken))
                return true;
        }

        return false;
    }
}

internal sealed class CountsRefusals(IThrottleStore inner) : IThrottleStore
{
    public async ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        var taken = await inner.TryTakeAsync(request, cancellationToken);
        if (taken.Contains(false))
            await inner.TryTakeAsync(request with { Max = int.MaxValue }, cancellationToken);
        return taken;
    }

    public ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken) =>
        inner.GiveBackAsync(request, cancellationToken);
}

internal sealed class CountsTwice(IAnalyticsStore inner) : IAnalyticsStore
{
    public ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken) =>
        inner.AddAsync([.. counts, .. counts], cancellationToken);

    public ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    ) => inner.AddAsync(counts, checkpoint, expected, cancellationToken);

    public ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken) =>
        inner.FindCheckpointAsync(source, cancellationToken);

    public ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken) =>
        inner.SumAsync(filter, cancellationToken);

    public ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    ) => inner.RollUpAsync(resolution, before, most, cancellationToken);
}

/// <summary>
/// Adds the counts of a batch and moves its checkpoint in two steps, so a worker that lost its source counts again.
/// </summary>
internal sealed class CountsBeforeItChecks(IAnalyticsStore inner) : IAnalyticsStore
{
    public ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken) =>
        inner.AddAsync(counts, cancellationToken);

    public async ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    )
    {
        await inner.AddAsync(counts, cancellationToken);
        return await inner.AddAsync([], checkpoint, expected, cancellationToken);
    }

    public ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken) =>
        inner.FindCheckpointAsync(source, cancellationToken);

    public ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken) =>
        inner.SumAsync(filter, cancellationToken);

    public async ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    ) => await inner.RollUpAsync(resolution, before.AddDays(1), most, cancellationToken);
}

internal sealed class PurgesADayTooMuch(IRetentionStore inner) : IRetentionStore
{
    public ValueTask<long> PurgeNotificationsAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    ) => inner.PurgeNotificationsAsync(acceptedBefore.AddDays(1), most, cancellationToken);

    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        inner.PurgeIdempotencyKeysAsync(now, most, cancellationToken);

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        inner.PurgePermitsAsync(takenBefore, most, cancellationToken);

    public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        inner.PurgeCountsAsync(before, most, cancellationToken);
}

internal sealed class KnowsEveryDelivery(IReceiptStore inner) : IReceiptStore
{
    public async ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        await inner.AddAsync(tenant, receipts, cancellationToken);
        return [.. receipts.Select(_ => true)];
    }
}

internal sealed class TakesBouncesForDeliveries(IReceiptStore inner) : IReceiptStore
{
    public ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    ) =>
        inner.AddAsync(tenant, [.. receipts.Select(receipt => receipt with { Kind = ReceiptKind.Delivered })], cancellationToken);
}

internal sealed class IgnoresEventIds(IReceiptStore inner) : IReceiptStore
{
    public ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    ) => inner.AddAsync(tenant, [.. receipts.Select(receipt => receipt with { EventId = null })], cancellationToken);
}

internal sealed class IgnoresConditions(IReceiptStore inner) : IReceiptStore
{
    public ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    ) =>
        inner.AddAsync(
            tenant,
            [.. receipts.Select(receipt => receipt with { Kind = ReceiptKind.Complained })],
            cancellationToken
        );
}
