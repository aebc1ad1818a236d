using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>Stores notifications. Concurrent calls share their writes.</summary>
internal sealed class NotificationWriter
{
    /// <summary>
    /// The time that another process may take between claiming a key and writing its notification, before the notification is
    /// given up. An election takes up to 12 s with the default settings
    /// (https://www.mongodb.com/docs/manual/core/replica-set-elections/), and a process that waits for one must not lose the
    /// notification that it is about to write.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan BetweenFirstLooks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenLaterLooks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstLooks = TimeSpan.FromSeconds(1);

    // The time at which a transaction of this process first waited for the holder of a key, by holder.
    private readonly ConcurrentDictionary<Guid, long> _waitedFor = new();
    private readonly IdempotencyKeys _idempotency;
    private readonly WriteBatches _writes;
    private readonly OrphanCleanup _orphans;
    private readonly CollapseWriter _collapse;
    private readonly ShardKeys _shardKeys;
    private readonly TimeProvider _time;
    private readonly GroupCommit<Prepared, EnqueueResult?> _commit;

    public NotificationWriter(
        IdempotencyKeys idempotency,
        WriteBatches writes,
        OrphanCleanup orphans,
        CollapseWriter collapse,
        ShardKeys shardKeys,
        TimeProvider time
    )
    {
        (_idempotency, _writes, _orphans) = (idempotency, writes, orphans);
        (_collapse, _shardKeys, _time) = (collapse, shardKeys, time);
        _commit = new("mongodb", batch => AddAsync(batch, null, CancellationToken.None), ServerFaults.IsFaultOfOneCall);
    }

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        Prepared[] prepared = [.. requests.Select(Prepare)];
        var answers = await CommitAsync(prepared, cancellationToken).ConfigureAwait(false);
        var results = new EnqueueResult[requests.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = answers[i] ?? await AskAgainAsync(prepared[i]).ConfigureAwait(false);
        return results;
    }

    /// <summary>Enqueues a request within the session's transaction.</summary>
    public async ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        IClientSessionHandle session,
        CancellationToken cancellationToken
    )
    {
        if ((await AddAsync([Prepare(request)], session, cancellationToken).ConfigureAwait(false))[0] is { } result)
            return result;

        // A transaction sees the data of its start. Only the next try can see whether the holder of the key was stored.
        await Task.Delay(BetweenLaterLooks, _time, cancellationToken).ConfigureAwait(false);
        await GiveUpHolderInTimeAsync(request).ConfigureAwait(false);
        var undecided = new MongoException("Another request with this idempotency key is in flight.");
        undecided.AddErrorLabel("TransientTransactionError");
        throw undecided;
    }

    /// <summary>Stores a batch and returns the results in order; null for a request that is still undecided.</summary>
    private async ValueTask<EnqueueResult?[]> AddAsync(
        IReadOnlyList<Prepared> batch,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var results = await _idempotency
            .ClaimAsync([.. batch.Select(one => one.Request)], session, cancellationToken)
            .ConfigureAwait(false);
        var writes = new PendingWrites();
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i]?.Status == EnqueueStatus.Stored)
                writes.Add(batch[i].Request, batch[i].Notification);
        }

        if (writes.IsEmpty)
            return results;

        await _collapse.PrepareAsync(writes.Deliveries, session, cancellationToken).ConfigureAwait(false);
        var givenUp = await _writes.WriteAsync(writes, session, cancellationToken).ConfigureAwait(false);
        return [.. results.Select(result => result is { } known && givenUp.Contains(known.NotificationId) ? null : result)];
    }

    private ValueTask<IReadOnlyList<EnqueueResult?>> CommitAsync(
        IReadOnlyList<Prepared> requests,
        CancellationToken cancellationToken
    )
    {
        foreach (var queued in requests.SelectMany(one => one.Request.Deliveries).Where(queued => queued.Lease is not null))
            _shardKeys.Keep(queued.Delivery);
        return _commit.RunAsync(requests, requests.Sum(one => 1 + one.Request.Deliveries.Count), cancellationToken);
    }

    // A caller that waits here has already stored everything that it claimed, so callers cannot wait for each other in a
    // cycle.
    private async ValueTask<EnqueueResult> AskAgainAsync(Prepared prepared)
    {
        var hasGivenUp = false;
        for (var waited = TimeSpan.Zero; prepared.Request.Idempotency is not null && waited < Patience * 2; )
        {
            var delay = waited < FirstLooks ? BetweenFirstLooks : BetweenLaterLooks;
            await Task.Delay(delay, _time).ConfigureAwait(false);
            waited += delay;
            if (waited >= Patience && !hasGivenUp)
            {
                await GiveUpHolderAsync(prepared.Request).ConfigureAwait(false);
                hasGivenUp = true;
            }

            if ((await CommitAsync([prepared], CancellationToken.None).ConfigureAwait(false))[0] is { } result)
                return result;
        }

        throw new TimeoutException("The notification was not stored in time and has been abandoned. Trigger it again.");
    }

    private async ValueTask GiveUpHolderInTimeAsync(EnqueueRequest request)
    {
        if (await _idempotency.HolderAsync(request, CancellationToken.None).ConfigureAwait(false) is not { } holder)
            return;

        var since = _waitedFor.GetOrAdd(holder, _ => _time.GetTimestamp());
        if (_time.GetElapsedTime(since) < Patience)
            return;

        await _orphans.GiveUpAsync(holder, _time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
        _waitedFor.TryRemove(holder, out _);
    }

    private async ValueTask GiveUpHolderAsync(EnqueueRequest request)
    {
        if (await _idempotency.HolderAsync(request, CancellationToken.None).ConfigureAwait(false) is { } holder)
            await _orphans.GiveUpAsync(holder, _time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
    }

    private static Prepared Prepare(EnqueueRequest request) => new(request, NotificationDocument.Create(request.Notification));

    /// <summary>
    /// A request with the document of its notification, which the calling thread creates so that the batch does not have to.
    /// </summary>
    private sealed record Prepared(EnqueueRequest Request, BsonDocument Notification);
}
