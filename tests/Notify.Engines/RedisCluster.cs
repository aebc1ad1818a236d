using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Notify.TestSupport;

namespace Notify.Engines;

/// <summary>A Redis Cluster of three masters with one replica each.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private readonly List<RedisProcess> _nodes = [];

    public string ConnectionString => string.Join(',', _nodes.Select(node => node.Address));

    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        for (var i = 0; i < 6; i++)
        {
            cluster._nodes.Add(
                await RedisProcess.StartAsync(
                    FindPortWithBus(),
                    "--cluster-enabled",
                    "yes",
                    "--cluster-replica-validity-factor",
                    "0"
                )
            );
        }

        string[] create =
        [
            "--cluster",
            "create",
            .. cluster._nodes.Select(node => node.Address),
            "--cluster-replicas",
            "1",
            "--cluster-yes",
        ];
        using var cli = Process.Start(
            new ProcessStartInfo(ServerProcess.Find("redis-cli"), create) { RedirectStandardOutput = true }
        )!;
        var output = await cli.StandardOutput.ReadToEndAsync();
        await cli.WaitForExitAsync();
        if (cli.ExitCode != 0)
            throw new InvalidOperationException($"The cluster could not be created: {output}");
        await Eventually.TrueAsync(cluster.IsCompleteAsync, "every node to see all slots and every replica to follow");
        return cluster;
    }

    /// <summary>
    /// Shortens the timeout after which a node counts as lost to one second. Call it just before a node is stopped: with this
    /// timeout, a stall of the machine also counts as a loss.
    /// </summary>
    public async Task ExpectLossAsync()
    {
        const string shorten = "CONFIG SET cluster-node-timeout 1000";
        foreach (var node in _nodes.Where(node => node.IsRunning))
        {
            await Eventually.TrueAsync(
                async () => (await node.TryAskAsync(shorten)).StartsWith("+OK", StringComparison.Ordinal),
                "a node to take the shorter timeout"
            );
        }
    }

    /// <summary>Waits for the master that has a key.</summary>
    public Task<RedisProcess> GetMasterAsync(string key) =>
        Eventually.FindAsync(() => TryFindMasterAsync(key), $"a master that has the key {key}");

    /// <summary>Returns the master that has a key, or null if there is none at the moment.</summary>
    public async Task<RedisProcess?> TryFindMasterAsync(string key)
    {
        foreach (var node in _nodes.Where(node => node.IsRunning))
        {
            if (
                (await node.TryAskAsync("ROLE")).Contains("master", StringComparison.Ordinal)
                && (await node.TryAskAsync($"EXISTS {key}")).StartsWith(':')
            )
                return node;
        }

        return null;
    }

    /// <summary>Returns the first node that satisfies the condition, or null if none does at the moment.</summary>
    public async Task<RedisProcess?> FindAsync(Func<RedisProcess, Task<bool>> holds)
    {
        foreach (var node in _nodes.Where(node => node.IsRunning))
        {
            if (await holds(node))
                return node;
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    private async Task<bool> IsCompleteAsync()
    {
        foreach (var node in _nodes)
        {
            if (!(await node.TryAskAsync("CLUSTER INFO")).Contains("cluster_state:ok", StringComparison.Ordinal))
                return false;
            var replication = await node.TryAskAsync("INFO replication");
            if (
                !replication.Contains("connected_slaves:1", StringComparison.Ordinal)
                && !replication.Contains("master_link_status:up", StringComparison.Ordinal)
            )
                return false;
        }

        return true;
    }

    // The nodes talk to each other on a second port, whose number is higher by 10,000.
    private static int FindPortWithBus()
    {
        while (true)
        {
            var port = FreePort.Next();
            var bus = port + 10_000;
            if (
                bus <= IPEndPoint.MaxPort
                && IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(taken => taken.Port != bus)
            )
                return port;
        }
    }
}
