using System.Buffers.Binary;
using Notify.Storage.Redis.Connection;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Caching;

/// <summary>
/// Answers a repeated trigger without the store if Redis knows that the store accepted the same one. The store decides everything
/// else: unknown keys, another body under the same key, and every trigger while Redis is unavailable.
/// </summary>
internal sealed class IdempotencyCacheQueue(IDeliveryQueue store, Circuit circuit, KeyNames keys, TimeProvider time)
    : IDeliveryQueue
{
    private const int IdLength = 16;

    private const string Remember = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        if (requests.All(request => request.Idempotency is null))
            return await store.EnqueueAsync(requests, cancellationToken).ConfigureAwait(false);

        var results = await RecallAsync(requests, cancellationToken).ConfigureAwait(false);
        EnqueueRequest[] unknown = [.. requests.Where((_, i) => results[i] is null)];
        var stored = unknown.Length == 0 ? [] : await store.EnqueueAsync(unknown, cancellationToken).ConfigureAwait(false);
        await RememberAsync(unknown, stored).ConfigureAwait(false);

        var next = 0;
        return [.. results.Select(result => result ?? stored[next++])];
    }

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        store.LeaseAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        store.ClaimAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        store.RenewAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => store.SettleAsync(settlements, cancellationToken);

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => store.CancelAsync(tenant, notificationId, now, cancellationToken);

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        store.GetDepthAsync(cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken) =>
        store.ListProvidersAsync(cancellationToken);

    private async ValueTask<EnqueueResult?[]> RecallAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        var results = new EnqueueResult?[requests.Count];
        int[] claiming = [.. Enumerable.Range(0, requests.Count).Where(i => requests[i].Idempotency is not null)];
        var held = await circuit
            .AskAsync(
                database => Task.WhenAll(claiming.Select(i => database.StringGetAsync(GetKey(requests[i])))),
                cancellationToken
            )
            .ConfigureAwait(false);
        for (var i = 0; held.IsGiven && i < claiming.Length; i++)
            results[claiming[i]] = FindDuplicate(requests[claiming[i]], (byte[]?)held.Value[i]);
        return results;
    }

    // The store has accepted the trigger, so the caller does not wait for Redis, and its cancellation does not apply here.
    private async ValueTask RememberAsync(EnqueueRequest[] requests, IReadOnlyList<EnqueueResult> results)
    {
        var now = time.GetUtcNow();
        int[] accepted =
        [
            .. Enumerable
                .Range(0, requests.Length)
                .Where(i => results[i].Status == EnqueueStatus.Stored && requests[i].Idempotency?.ExpiresAt > now),
        ];
        if (accepted.Length == 0)
            return;

        await circuit
            .AskAsync(
                async database =>
                {
                    foreach (var i in accepted)
                    {
                        var milliseconds = (long)Math.Ceiling((requests[i].Idempotency!.ExpiresAt - now).TotalMilliseconds);
                        await database
                            .ScriptEvaluateAsync(
                                Remember,
                                [GetKey(requests[i])],
                                [WriteValue(requests[i]), milliseconds],
                                CommandFlags.FireAndForget
                            )
                            .ConfigureAwait(false);
                    }

                    return true;
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);
    }

    private RedisKey GetKey(EnqueueRequest request) => keys.Idempotency(request.Notification.Tenant, request.Idempotency!.Key);

    private static EnqueueResult? FindDuplicate(EnqueueRequest request, byte[]? held)
    {
        if (held is not { Length: > IdLength + sizeof(long) })
            return null;

        var expiresAt = BinaryPrimitives.ReadInt64BigEndian(held.AsSpan(IdLength));
        var isSame = held.AsSpan(IdLength + sizeof(long)).SequenceEqual(request.Idempotency!.Fingerprint.Span);
        return isSame && expiresAt > request.Notification.AcceptedAt.UtcTicks
            ? new EnqueueResult(EnqueueStatus.Duplicate, new Guid(held.AsSpan(0, IdLength)))
            : null;
    }

    private static byte[] WriteValue(EnqueueRequest request)
    {
        var claim = request.Idempotency!;
        var value = new byte[IdLength + sizeof(long) + claim.Fingerprint.Length];
        request.Notification.Id.TryWriteBytes(value);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(IdLength), claim.ExpiresAt.UtcTicks);
        claim.Fingerprint.Span.CopyTo(value.AsSpan(IdLength + sizeof(long)));
        return value;
    }
}
