namespace Notify.Engines;

/// <summary>
/// The cluster of the tests that do no harm to it. It starts with the first test that asks, and each test has topics with its own
/// prefix.
/// </summary>
public sealed class SharedKafkaCluster : IAsyncDisposable
{
    private readonly Lazy<KafkaCluster> _cluster = new(KafkaCluster.StartOrConnect);
    private readonly string _run = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N")[..12];
    private int _prefixes;

    /// <summary>The cluster, and the prefix of topics that exist and are empty.</summary>
    public async Task<(KafkaCluster Cluster, string Prefix)> GetAsync()
    {
        var prefix = $"test-{_run}-{Interlocked.Increment(ref _prefixes)}.";
        await _cluster.Value.CreateTopicsAsync(prefix);
        return (_cluster.Value, prefix);
    }

    public ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
            _cluster.Value.Dispose();
        return ValueTask.CompletedTask;
    }
}
