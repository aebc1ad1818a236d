using System.Globalization;
using StackExchange.Redis;

namespace Notify.Engines;

/// <summary>
/// The Redis that an assembly's tests share if they do not need to break it: the one that <c>NOTIFY_TEST_REDIS</c> names (a
/// server, or the nodes of a cluster), or otherwise a local server, which starts when the first test asks for it. Each test has
/// its own key prefix.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Variable = "NOTIFY_TEST_REDIS";

    // Other test runs may use the same server at the same time, so each run has its own prefix.
    private readonly string _run = $"test-{Guid.CreateVersion7():N}";
    private readonly Lazy<Task<(string ConnectionString, RedisProcess? Process)>> _server = new(StartAsync);
    private int _prefixes;

    /// <summary>Returns the StackExchange.Redis configuration and a key prefix that no other test uses.</summary>
    public async Task<(string ConnectionString, string KeyPrefix)> GetAsync()
    {
        var (connectionString, _) = await _server.Value;
        return (connectionString, $"{_run}-{Interlocked.Increment(ref _prefixes).ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>Finds the keys that match a pattern on all nodes.</summary>
    public async Task<IReadOnlyList<RedisKey>> FindKeysAsync(string pattern)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync((await _server.Value).ConnectionString);
        return await FindKeysAsync(connection, pattern);
    }

    /// <summary>Stops the server if this class started it, or otherwise deletes the keys of this run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_server.IsValueCreated)
            return;

        var (connectionString, process) = await _server.Value;
        if (process is not null)
        {
            await process.DisposeAsync();
            return;
        }

        await using var connection = await ConnectionMultiplexer.ConnectAsync(connectionString);
        foreach (var key in await FindKeysAsync(connection, $"*{_run}-*"))
            await connection.GetDatabase().KeyDeleteAsync(key);
    }

    private static async Task<(string, RedisProcess?)> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connectionString)
            return (connectionString, null);

        var process = await RedisProcess.StartAsync();
        return (process.Address, process);
    }

    private static async Task<IReadOnlyList<RedisKey>> FindKeysAsync(ConnectionMultiplexer connection, string pattern)
    {
        var keys = new List<RedisKey>();
        foreach (var server in connection.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            await foreach (var key in server.KeysAsync(pattern: pattern))
                keys.Add(key);
        }

        return keys;
    }
}
