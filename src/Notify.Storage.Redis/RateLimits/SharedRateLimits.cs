using System.Collections.Concurrent;
using Notify.Storage.Redis.Connection;
using StackExchange.Redis;

namespace Notify.Storage.Redis.RateLimits;

/// <summary>
/// One token bucket for all processes, kept by one script. The script also counts the processes. While Redis is unavailable, each
/// of them continues with its share of the rate, so all processes together still keep the rate.
/// </summary>
internal sealed class SharedRateLimits(Circuit circuit, KeyNames keys, TimeProvider time) : ISharedRateLimits
{
    // An unknown bucket starts with one permit instead of full, because a failover or a restart may have lost it. The script uses
    // the clock of Redis, because the clocks of processes differ. After a failover that clock may be behind; then no time counts
    // as passed. Permits that a process took without Redis are subtracted from those that were saved up meanwhile.
    private const string Take = """
        local clock = redis.call('TIME')
        local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
        local rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
        local most = math.max(1, rate)
        local known = redis.call('HMGET', KEYS[1], 'permits', 'at')
        local permits = tonumber(known[1] or 1)
        local at = tonumber(known[2] or now)
        permits = math.max(0, math.min(most, permits + rate * math.max(0, now - at)) - tonumber(ARGV[4]))
        local taken = math.min(wanted, math.floor(permits))
        redis.call('HSET', KEYS[1], 'permits', string.format('%.6f', permits - taken), 'at', string.format('%.6f', now))
        redis.call('PEXPIRE', KEYS[1], math.ceil(60000 + 1000 / rate))
        redis.call('ZADD', KEYS[2], now, ARGV[3])
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 30)
        redis.call('PEXPIRE', KEYS[2], 60000)
        return { taken, redis.call('ZCARD', KEYS[2]), math.floor(permits - taken) }
        """;

    // A bucket that a failover lost is not created again.
    private const string GiveBack = """
        local permits = redis.call('HGET', KEYS[1], 'permits')
        if not permits then return 0 end
        permits = math.min(math.max(1, tonumber(ARGV[1])), tonumber(permits) + tonumber(ARGV[2]))
        redis.call('HSET', KEYS[1], 'permits', string.format('%.6f', permits))
        return 1
        """;

    private readonly ConcurrentDictionary<string, RateShare> _shares = new(StringComparer.Ordinal);
    private readonly string _process = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    public async ValueTask<TakenPermits> TakeAsync(
        string limit,
        double perSecond,
        int wanted,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 1);
        var share = _shares.GetOrAdd(limit, _ => new RateShare(time));
        var owed = share.Owed;
        var answer = await circuit
            .AskAsync(
                async database =>
                    (
                        (RedisValue[]?)
                            await database
                                .ScriptEvaluateAsync(
                                    Take,
                                    [keys.Rate(limit), keys.RateProcesses(limit)],
                                    [perSecond, wanted, _process, owed]
                                )
                                .ConfigureAwait(false)
                    )!,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!answer.IsGiven)
            return share.TakeAlone(perSecond, wanted);

        share.Join((int)answer.Value[1], paid: owed);
        return new TakenPermits((int)answer.Value[0], (int)answer.Value[2]);
    }

    public async ValueTask GiveBackAsync(string limit, double perSecond, int unused, CancellationToken cancellationToken) =>
        await circuit
            .AskAsync(
                database => database.ScriptEvaluateAsync(GiveBack, [keys.Rate(limit)], [perSecond, unused]),
                cancellationToken
            )
            .ConfigureAwait(false);
}
