using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Load.PostgreSql;

namespace Notify.Load.Kafka;

/// <summary>
/// This process, which only triggers, and one of its own that only delivers, on one database and one set of brokers.
/// </summary>
internal sealed class SmallCluster : IAsyncDisposable
{
    private const int Partitions = 12;
    private const int WarmUp = 20_000;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly TurnDatabase _database;
    private readonly Application _triggering;
    private readonly SenderProcess _sender;

    private SmallCluster(TurnDatabase database, Application triggering, SenderProcess sender) =>
        (_database, _triggering, _sender) = (database, triggering, sender);

    public long SenderPeakBytes => ResidentMemory.PeakBytes(_sender.Id);

    /// <param name="server">The database's server.</param>
    /// <param name="brokers">The brokers.</param>
    /// <param name="topicPrefix">What tells its topics from those of another.</param>
    /// <param name="events">Whether what was accepted and settled is published for other systems, beside the hints.</param>
    public static async Task<SmallCluster> StartAsync(
        PostgreSqlProcess server,
        KafkaCluster brokers,
        string topicPrefix,
        bool events
    )
    {
        await brokers.CreateTopicsAsync(topicPrefix, Partitions);

        var database = await TurnDatabase.CreateAsync(server);
        var settings = new ClusterMember(database.ConnectionString, brokers.BootstrapServers, topicPrefix, events);
        var triggering = await Application.StartAsync(builder => settings.Join(builder, Workers.None));
        var cluster = new SmallCluster(database, triggering, await SenderProcess.StartAsync(settings));
        // A process that has just joined is given its partitions after seconds, and its code is compiled for speed as it is used.
        await cluster.SendAsync(WarmUp, callers: 64);
        return cluster;
    }

    public async Task<Turn> SendAsync(int count, int callers)
    {
        await _database.EmptyAsync();
        var before = await _sender.AcceptedAsync();
        var turn = await _triggering.TriggerAsync(count, callers, Poll);
        var accepted = await _sender.AcceptedAsync() - before;
        return accepted == count ? turn : throw new InvalidOperationException($"{count} were triggered and {accepted} accepted.");
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _triggering.DisposeAsync();
        await _database.DisposeAsync();
    }
}
