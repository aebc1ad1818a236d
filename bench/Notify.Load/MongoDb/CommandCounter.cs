using MongoDB.Driver;
using MongoDB.Driver.Core.Events;

namespace Notify.Load.MongoDb;

/// <summary>A client whose commands are counted.</summary>
internal sealed class CommandCounter : IDisposable
{
    private long _count;

    public CommandCounter(string connectionString)
    {
        var settings = MongoClientSettings.FromConnectionString(connectionString);
        settings.ClusterConfigurator = cluster => cluster.Subscribe<CommandStartedEvent>(_ => Interlocked.Increment(ref _count));
        Client = new MongoClient(settings);
    }

    public MongoClient Client { get; }

    /// <summary>The number of commands so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => Client.Dispose();
}
