namespace Notify.Engines;

/// <summary>
/// The cluster that tests share if they do not need to break it. It starts when the first test asks for it, and each test gets
/// topics with its own prefix.
/// </summary>
public sealed class SharedKafkaCluster : IAsyncDisposable
{
    private readonly Lazy<KafkaCluster> _cluster = new(KafkaCluster.StartOrConnect);
    private readonly string _run = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N")[..12];
    private int _prefixes;

    /// <summary>Returns the cluster and the prefix of a new set of empty topics.</summary>
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
