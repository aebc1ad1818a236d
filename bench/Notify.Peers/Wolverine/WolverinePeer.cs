using global::Wolverine;
using global::Wolverine.Postgresql;
using global::Wolverine.Runtime;

namespace Notify.Peers.Wolverine;

/// <summary>
/// Wolverine with durable local queues on PostgreSQL. Its settings: one node, as its documentation recommends for a single
/// process, as many handlers at once as there are callers, and its own batches of 100 for storing messages and for marking them
/// as handled.
/// </summary>
internal sealed class WolverinePeer(string connectionString) : IPeer
{
    private const int Handlers = 64;

    private readonly PeerDatabase _database = new(connectionString);
    private IHost? _host;
    private IWolverineRuntime? _runtime;

    public async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseWolverine(options =>
        {
            options.PersistMessagesWithPostgresql(connectionString, "wolverine");
            options.Durability.Mode = DurabilityMode.Solo;
            options.Policies.UseDurableLocalQueues();
            options.Policies.AllLocalQueues(queue => queue.MaximumParallelMessages(Handlers));
            options.Discovery.DisableConventionalDiscovery().IncludeType<EmailHandler>();
            options.ApplicationAssembly = typeof(WolverinePeer).Assembly;
        });
        _host = builder.Build();
        await _host.StartAsync();
        _runtime = _host.Services.GetRequiredService<IWolverineRuntime>();
    }

    // A bus has the state of one caller, and is cheap to create.
    public ValueTask EnqueueAsync(Email email) => new MessageBus(_runtime!).PublishAsync(email);

    public Task<long> CountSettledAsync() =>
        _database.CountAsync("SELECT count(*) FROM wolverine.wolverine_incoming_envelopes WHERE status = 'Handled'");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.StopAsync();
        _host?.Dispose();
        await _database.DisposeAsync();
    }
}
