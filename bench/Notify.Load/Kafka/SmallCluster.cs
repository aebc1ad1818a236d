using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Load.PostgreSql;

namespace Notify.Load.Kafka;

/// <summary>
/// This process, which only triggers, and a second process, which only delivers, with the same database and the same brokers.
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

    /// <param name="server">The server for the database.</param>
    /// <param name="brokers">The brokers.</param>
    /// <param name="topicPrefix">The prefix of the cluster's topics.</param>
    /// <param name="events">
    /// Whether events for other systems are published when notifications are accepted and settled, in addition to the hints.
    /// </param>
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
        // A process gets its partitions only some seconds after it joins, and its code is optimized only after some use.
        await cluster.SendAsync(WarmUp, callers: 64);
        return cluster;
    }

    public async Task<Turn> SendAsync(int count, int callers)
    {
        await _database.EmptyAsync();
        var before = await _sender.AcceptedAsync();
        var turn = await _triggering.TriggerAsync(count, callers, Poll);
        var accepted = await _sender.AcceptedAsync() - before;
        return accepted == count
            ? turn
            : throw new InvalidOperationException($"{count} notifications were triggered, but {accepted} were accepted.");
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _triggering.DisposeAsync();
        await _database.DisposeAsync();
    }
}
