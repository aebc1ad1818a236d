using MongoDB.Driver;
using Notify.Queueing;
using Notify.Storage.PostgreSql;

namespace Notify.Storage.MongoDb;

/// <summary>Makes notifications durable. Calls that come together share their writes.</summary>
internal sealed class MongoDbEnqueue
{
    /// <summary>
    /// How long another process may take between claiming a key and writing its notification, before it is given up.
    /// </summary>
    private const int MostLooks = 100;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly MongoDbIdempotency _idempotency;
    private readonly MongoDbWrites _writes;
    private readonly MongoDbOrphans _orphans;
    private readonly MongoDbCollapse _collapse;
    private readonly ShardKeys _shardKeys;
    private readonly TimeProvider _time;
    private readonly GroupCommit<EnqueueRequest, EnqueueResult?> _commit;

    public MongoDbEnqueue(
        MongoDbIdempotency idempotency,
        MongoDbWrites writes,
        MongoDbOrphans orphans,
        MongoDbCollapse collapse,
        ShardKeys shardKeys,
        TimeProvider time
    )
    {
        (_idempotency, _writes, _orphans) = (idempotency, writes, orphans);
        (_collapse, _shardKeys, _time) = (collapse, shardKeys, time);
        _commit = new("mongodb", batch => AddAsync(batch, null, CancellationToken.None), MongoDbCommands.IsFaultOfOneCall);
    }

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        var answers = await CommitAsync(requests, cancellationToken).ConfigureAwait(false);
        var results = new EnqueueResult[requests.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = answers[i] ?? await AskAgainAsync(requests[i]).ConfigureAwait(false);
        return results;
    }

    /// <summary>Enqueues within the session's transaction.</summary>
    public async ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        IClientSessionHandle session,
        CancellationToken cancellationToken
    )
    {
        if ((await AddAsync([request], session, cancellationToken).ConfigureAwait(false))[0] is { } result)
            return result;

        // A transaction sees what was there when it began: what becomes of the key's holder is for the next try to see.
        await Task.Delay(BetweenLooks * MostLooks, _time, cancellationToken).ConfigureAwait(false);
        await GiveUpHolderAsync(request).ConfigureAwait(false);
        var undecided = new MongoException("Another request with this idempotency key is under way.");
        undecided.AddErrorLabel("TransientTransactionError");
        throw undecided;
    }

    /// <summary>Stores a batch, of which null is answered for what cannot be decided yet.</summary>
    public async ValueTask<EnqueueResult?[]> AddAsync(
        IReadOnlyList<EnqueueRequest> batch,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var results = await _idempotency.ClaimAsync(batch, session, cancellationToken).ConfigureAwait(false);
        var writes = new PendingWrites();
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i]?.Status == EnqueueStatus.Stored)
                writes.Add(batch[i]);
        }

        if (writes.IsEmpty)
            return results;

        await _collapse.PrepareAsync(writes.Deliveries, session, cancellationToken).ConfigureAwait(false);
        var givenUp = await _writes.WriteAsync(writes, session, cancellationToken).ConfigureAwait(false);
        return [.. results.Select(result => result is { } known && givenUp.Contains(known.NotificationId) ? null : result)];
    }

    private ValueTask<IReadOnlyList<EnqueueResult?>> CommitAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        foreach (var queued in requests.SelectMany(request => request.Deliveries).Where(queued => queued.Lease is not null))
            _shardKeys.Keep(queued.Delivery);
        return _commit.RunAsync(requests, requests.Sum(request => 1 + request.Deliveries.Count), cancellationToken);
    }

    // Whoever waits here has stored what it had claimed, so nobody waits in a circle.
    private async ValueTask<EnqueueResult> AskAgainAsync(EnqueueRequest request)
    {
        for (var looks = 1; request.Idempotency is not null && looks <= MostLooks * 2; looks++)
        {
            await Task.Delay(BetweenLooks, _time).ConfigureAwait(false);
            if (looks % MostLooks == 0)
                await GiveUpHolderAsync(request).ConfigureAwait(false);
            if ((await CommitAsync([request], CancellationToken.None).ConfigureAwait(false))[0] is { } result)
                return result;
        }

        throw new TimeoutException(
            "The notification was not stored: it took too long and was given up meanwhile. Trigger it again."
        );
    }

    private async ValueTask GiveUpHolderAsync(EnqueueRequest request)
    {
        if (await _idempotency.HolderAsync(request, CancellationToken.None).ConfigureAwait(false) is { } holder)
            await _orphans.GiveUpAsync(holder, _time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
    }
}
