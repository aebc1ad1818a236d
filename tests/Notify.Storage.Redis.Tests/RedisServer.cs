using System.Globalization;
using Notify.Engines;
using Notify.Storage.Redis.Tests;

[assembly: AssemblyFixture(typeof(RedisServer))]

// Most of the time a test waits for servers to notice something.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]

namespace Notify.Storage.Redis.Tests;

/// <summary>One server for all tests that do not hurt it; each has keys of its own in it.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Lazy<Task<RedisProcess>> _process = new(() => RedisProcess.StartAsync());
    private int _prefixes;

    public Task<RedisProcess> StartAsync() => _process.Value;

    /// <summary>Options of a test's own; patient, because the machine may be busy.</summary>
    public async Task<Action<RedisOptions>> FreshAsync()
    {
        var server = await _process.Value;
        var prefix = $"test-{Interlocked.Increment(ref _prefixes).ToString(CultureInfo.InvariantCulture)}";
        return options =>
            (options.ConnectionString, options.KeyPrefix, options.Timeout) = (server.Address, prefix, TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.IsValueCreated)
            await (await _process.Value).DisposeAsync();
    }
}
