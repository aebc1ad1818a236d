using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>The expansions as one process reaches them. The classes below are the other stores that it reaches.</summary>
internal sealed class SimulatedExpansions(IExpansionStore expansions, SimulatedProcess process, World world) : IExpansionStore
{
    public ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "lease expansions",
            () => expansions.LeaseAsync(request, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "give an expansion back",
            () => expansions.FailAsync(failure, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "expand",
            () =>
            {
                var advanced = expansions.AdvanceAsync(step, CancellationToken.None).Result;
                world.Ledger.Expanded(process, step, advanced);
                return advanced;
            },
            cancellationToken
        );

    public ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "find reached addresses",
            () => expansions.FindReachedAsync(notificationId, addressKeys, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "progress",
            () => expansions.GetProgressAsync(tenant, notificationId, CancellationToken.None).Result,
            cancellationToken
        );
}

internal sealed class SimulatedDigests(IDigestStore digests, SimulatedProcess process, World world) : IDigestStore
{
    public ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "lease digests",
            () =>
            {
                var leases = digests.LeaseAsync(request, CancellationToken.None).Result;
                world.Ledger.DigestsLeased(request, leases);
                return leases;
            },
            cancellationToken
        );

    public ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "close a digest",
            () =>
            {
                var closed = digests.CloseAsync(closing, CancellationToken.None).Result;
                world.Ledger.DigestClosed(process, closing, closed);
                return closed;
            },
            cancellationToken
        );

    public ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "give a digest back",
            () => digests.FailAsync(lease, retryAt, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "list events of a digest",
            () => digests.ListAsync(tenant, notificationId, ofSummary, limit, CancellationToken.None).Result,
            cancellationToken
        );
}

internal sealed class SimulatedUsers(IUserStore users, SimulatedProcess process, World world) : IUserStore
{
    public ValueTask SaveAsync(IReadOnlyList<User> saved, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "find users",
            () => users.FindAsync(tenant, ids, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "remove a user",
            () =>
            {
                var removed = users.RemoveAsync(tenant, id, condition, CancellationToken.None).Result;
                if (removed)
                    world.Audience.Removed(tenant, id);
                return removed;
            },
            cancellationToken
        );

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();
}

internal sealed class SimulatedDevices(IDeviceStore devices, SimulatedProcess process, World world) : IDeviceStore
{
    public ValueTask RegisterAsync(Device device, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "find devices",
            () => devices.FindAsync(tenant, userIds, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "prune",
            () =>
            {
                var pruned = devices.PruneAsync(tenant, app, token, reason, knownDeadAt, CancellationToken.None).Result;
                world.Audience.Installations.Pruned(tenant, token, knownDeadAt, pruned);
                return pruned;
            },
            cancellationToken
        );
}

internal sealed class SimulatedChecks(IRecipientCheckStore checks, SimulatedProcess process, World world) : IRecipientCheckStore
{
    public ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "check recipients",
            () => checks.ReadAsync(questions, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<IReadOnlyList<bool>> RedirectAsync(
        IReadOnlyList<Redirection> redirections,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "redirect",
            () =>
            {
                var applied = checks.RedirectAsync(redirections, CancellationToken.None).Result;
                for (var i = 0; i < applied.Count; i++)
                    world.Ledger.Redirected(redirections[i], applied[i]);
                return applied;
            },
            cancellationToken
        );
}

internal sealed class SimulatedTopics(ITopicStore topics, SimulatedProcess process, World world) : ITopicStore
{
    public ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        world.Operations.CallAsync(
            process,
            "list subscribers",
            () => topics.ListAsync(tenant, topic, after, limit, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "count subscribers",
            () => topics.CountAsync(tenant, topic, CancellationToken.None).Result,
            cancellationToken
        );

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();
}

internal sealed class SimulatedAnalytics(SimulatedProcess process, World world) : IAnalyticsStore
{
    public async ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken) =>
        await world.Operations.CallAsync(process, "count", () => true, cancellationToken).ConfigureAwait(false);

    public ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();
}

internal sealed class SimulatedErasures(IErasureStore erasures, SimulatedProcess process, World world) : IErasureStore
{
    public async ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken) =>
        await world
            .Operations.CallAsync(
                process,
                "request an erasure",
                () => erasures.RequestAsync(erasure, CancellationToken.None).IsCompletedSuccessfully,
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "list erasures",
            () => erasures.ListAsync(limit, CancellationToken.None).Result,
            cancellationToken
        );

    // Small batches, so that an erasure takes several and a crash comes between them.
    public ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "erase deliveries",
            () => Erase(batch, erasures.EraseDeliveriesAsync(batch with { Limit = 5 }, CancellationToken.None).Result),
            cancellationToken
        );

    public ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "erase events",
            () => Erase(batch, erasures.EraseEventsAsync(batch with { Limit = 5 }, CancellationToken.None).Result),
            cancellationToken
        );

    public async ValueTask CompleteAsync(IReadOnlyList<Erasure> completed, CancellationToken cancellationToken) =>
        await world
            .Operations.CallAsync(
                process,
                "complete erasures",
                () =>
                {
                    var done = erasures.CompleteAsync(completed, CancellationToken.None).IsCompletedSuccessfully;
                    world.Ledger.ErasuresCompleted(completed);
                    return done;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    private ErasureStep Erase(ErasureBatch batch, ErasureStep step)
    {
        world.Ledger.ErasedSome(batch.Erasures);
        return step;
    }
}
