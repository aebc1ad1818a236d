using System.Globalization;
using Notify.TestSupport;

namespace Notify.Engines;

/// <summary>A master, a replica, and three sentinels that monitor them.</summary>
public sealed class RedisSentinelGroup : IAsyncDisposable
{
    private readonly List<RedisProcess> _sentinels = [];
    private RedisProcess? _replica;

    public RedisProcess Master { get; private set; } = null!;

    public string ConnectionString => $"{string.Join(',', _sentinels.Select(sentinel => sentinel.Address))},serviceName=shop";

    public static async Task<RedisSentinelGroup> StartAsync()
    {
        var group = new RedisSentinelGroup { Master = await RedisProcess.StartAsync() };
        var master = group.Master.Port.ToString(CultureInfo.InvariantCulture);
        group._replica = await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {master}");
        for (var i = 0; i < 3; i++)
        {
            group._sentinels.Add(
                await RedisProcess.StartSentinelAsync(
                    $"sentinel monitor shop 127.0.0.1 {master} 2",
                    "sentinel failover-timeout shop 5000"
                )
            );
        }

        await Eventually.TrueAsync(group.IsCompleteAsync, "every sentinel to know the others and the replica");
        return group;
    }

    /// <summary>
    /// Shortens the timeout after which the master counts as lost to one second. Call it just before the master is stopped: with
    /// this timeout, a stall of the machine also counts as a loss.
    /// </summary>
    public async Task ExpectLossAsync()
    {
        const string shorten = "SENTINEL SET shop down-after-milliseconds 1000";
        foreach (var sentinel in _sentinels)
        {
            await Eventually.TrueAsync(
                async () => (await sentinel.TryAskAsync(shorten)).StartsWith("+OK", StringComparison.Ordinal),
                "a sentinel to take the shorter timeout"
            );
        }
    }

    /// <summary>Returns the replica if the sentinels have made it the master, or null if not yet.</summary>
    public async Task<RedisProcess?> FindNewMasterAsync() =>
        (await _replica!.TryAskAsync("ROLE")).Contains("master", StringComparison.Ordinal) ? _replica : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var sentinel in _sentinels)
            await sentinel.DisposeAsync();
        if (_replica is not null)
            await _replica.DisposeAsync();
        await Master.DisposeAsync();
    }

    private async Task<bool> IsCompleteAsync()
    {
        foreach (var sentinel in _sentinels)
        {
            var info = await sentinel.TryAskAsync("INFO sentinel");
            if (
                !info.Contains("status=ok,", StringComparison.Ordinal)
                || !info.Contains("slaves=1,sentinels=3", StringComparison.Ordinal)
            )
                return false;
        }

        return (await Master.TryAskAsync("INFO replication")).Contains("state=online", StringComparison.Ordinal);
    }
}
