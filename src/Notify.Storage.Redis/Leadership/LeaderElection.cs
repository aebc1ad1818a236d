using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Storage.Redis.Connection;

namespace Notify.Storage.Redis.Leadership;

/// <summary>
/// Keeps leaders as keys that expire. Redis can lose a key in a failover, and then two processes may lead for a moment. Fences
/// make this safe.
/// </summary>
internal sealed class LeaderElection(
    Circuit circuit,
    KeyNames keys,
    IOptions<RedisOptions> options,
    TimeProvider time,
    ILogger<LeaderElection> logger
) : ILeadership
{
    // The clock makes a fence higher than one that Redis has lost.
    private const string Lead = """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
        local clock = redis.call('TIME')
        local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
        local fence = math.max(now, tonumber(redis.call('GET', KEYS[2]) or 0) + 1)
        redis.call('SET', KEYS[2], string.format('%.0f', fence))
        return fence
        """;

    private const string Renew =
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

    private const string Release = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    // The leader stops a little before others may begin, because timers fire late and clocks run at different speeds.
    private readonly TimeSpan _holdFor = options.Value.LeadFor * 0.9;
    private readonly TimeSpan _leadFor = options.Value.LeadFor;

    public async ValueTask<LeaderTerm?> TryLeadAsync(string role, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(role.Length, 256, nameof(role));
        var owner = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var asked = time.GetTimestamp();
        var answer = await circuit
            .AskAsync(
                async database =>
                    (long)
                        await database
                            .ScriptEvaluateAsync(
                                Lead,
                                [keys.Leader(role), keys.LeaderFence(role)],
                                [owner, (long)_leadFor.TotalMilliseconds]
                            )
                            .ConfigureAwait(false),
                cancellationToken
            )
            .ConfigureAwait(false);
        if (answer is not { IsGiven: true, Value: > 0 and var fence })
            return null;

        var lost = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        var term = new LeaderTerm(
            role,
            fence,
            lost,
            (held, ended) => KeepAsync(held, owner, ended),
            () => ReleaseAsync(role, owner)
        );
        term.HoldFor(_holdFor - time.GetElapsedTime(asked));
        term.KeepRenewing();
        Log.Leads(logger, role, fence);
        return term;
    }

    private async Task KeepAsync(LeaderTerm term, string owner, CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, term.Lost);
        var wait = _leadFor / 3;
        while (true)
        {
            await Task.Delay(wait, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
                return;
            if (term.Lost.IsCancellationRequested)
                break;

            var asked = time.GetTimestamp();
            var renewed = await circuit
                .AskAsync(
                    async database =>
                        (long)
                            await database
                                .ScriptEvaluateAsync(Renew, [keys.Leader(term.Role)], [owner, (long)_leadFor.TotalMilliseconds])
                                .ConfigureAwait(false),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
            if (renewed is { IsGiven: true, Value: 0 })
            {
                term.Lose();
                break;
            }

            if (renewed.IsGiven)
                term.HoldFor(_holdFor - time.GetElapsedTime(asked));
            wait = renewed.IsGiven ? _leadFor / 3 : _leadFor / 10;
        }

        Log.LeadershipLost(logger, term.Role, term.Fence);
    }

    private async Task ReleaseAsync(string role, string owner) =>
        await circuit
            .AskAsync(database => database.ScriptEvaluateAsync(Release, [keys.Leader(role)], [owner]), CancellationToken.None)
            .ConfigureAwait(false);
}
