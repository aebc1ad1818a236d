using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Notify.Conformance.Storage;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>A fact of a suite, and the commands that it sends.</summary>
internal sealed record RecordedFact(Type Suite, MethodInfo Fact)
{
    /// <summary>The kinds of its commands, each with the greatest number of writes of one command.</summary>
    public required IReadOnlyDictionary<CommandKind, int> Kinds { get; init; }

    public required TimeSpan Duration { get; init; }

    public override string ToString() => $"{Suite.Name}.{Fact.Name}";
}

/// <summary>
/// Runs the facts of the suites one after the other against a peer without faults that acts as a router, and records what the
/// store sends. The peer refuses every query that no index serves. Several tests use the record, so it is made once.
/// </summary>
internal sealed class PeerSuites
{
    private static readonly Type[] Conformance =
    [
        typeof(PeerQueueConformanceTests),
        typeof(PeerStoreConformanceTests),
        typeof(PeerDurabilityConformanceTests),
        typeof(PeerRetentionConformanceTests),
    ];

    // These need the server that the assembly's fixture has.
    private static readonly Type[] OnServer = [typeof(CrashTests), typeof(OutboxTests)];

    private static readonly Lazy<Task<PeerSuites>> Recorded = new(() => Task.Run(RecordAsync));

    private readonly ConcurrentDictionary<QueryShape, bool> _shapes = new();
    private readonly List<RecordedFact> _facts = [];
    private Dictionary<CommandKind, int> _kinds = [];

    private PeerSuites() { }

    public IEnumerable<QueryShape> Shapes => _shapes.Keys;

    /// <summary>The facts that need no server.</summary>
    public IReadOnlyList<RecordedFact> Facts => _facts;

    public static Task<PeerSuites> GetAsync() => Recorded.Value;

    /// <summary>Runs a fact of a suite, with a store that <see cref="FaultyPeer.Instead"/> opens.</summary>
    public static async Task RunAsync(Type suite, MethodInfo fact, MongoDbServer? server = null)
    {
        var row = fact.GetCustomAttributes<InlineDataAttribute>().Select(data => data.Data).FirstOrDefault() ?? [];
        var takesServer = suite.GetConstructors()[0].GetParameters().Length > 0;
        var test = takesServer ? Activator.CreateInstance(suite, server)! : Activator.CreateInstance(suite)!;
        await ((IAsyncLifetime)test).InitializeAsync();
        try
        {
            await (Task)fact.Invoke(test, row)!;
        }
        finally
        {
            await ((IAsyncDisposable)test).DisposeAsync();
        }
    }

    private static async Task<PeerSuites> RecordAsync()
    {
        var suites = new PeerSuites();
        await using var server = new MongoDbServer(suites.Observe, suites.Count);
        FaultyPeer.Instead.Value = () => OpenAsync(server);
        foreach (var suite in Conformance.Concat(OnServer))
        {
            foreach (var fact in suite.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null))
                await suites.RecordAsync(suite, fact, server);
        }

        await RepeatReceiptAsync(server);
        return suites;
    }

    private async Task RecordAsync(Type suite, MethodInfo fact, MongoDbServer server)
    {
        _kinds = [];
        var begin = Stopwatch.GetTimestamp();
        await RunAsync(suite, fact, server);
        if (OnServer.Contains(suite))
            return;
        lock (_shapes)
            _facts.Add(new RecordedFact(suite, fact) { Kinds = _kinds, Duration = Stopwatch.GetElapsedTime(begin) });
    }

    private void Observe(QueryShape shape) => _shapes.TryAdd(shape, true);

    private void Count(BsonDocument command)
    {
        if (CommandKind.TryCreate(command) is not { } kind)
            return;
        lock (_shapes)
            _kinds[kind] = Math.Max(_kinds.GetValueOrDefault(kind), FaultInjection.CountWrites(command));
    }

    private static async ValueTask<ConformanceStore> OpenAsync(MongoDbServer server)
    {
        var database = await server.CreateDatabaseAsync();
        return await ConformanceStore.OpenAsync(notifications =>
            notifications.UseMongoDb(options =>
                (options.ConnectionString, options.Database) = (server.ConnectionString, database)
            )
        );
    }

    // No suite does it, and a receipt that is there already is looked for.
    private static async Task RepeatReceiptAsync(MongoDbServer server)
    {
        await using var store = await OpenAsync(server);
        var request = FaultTests.Request();
        await store.Queue.EnqueueAsync([request], TestContext.Current.CancellationToken);
        var delivery = request.Deliveries[0].Delivery;
        var receipt = new Receipt(delivery.Id, ReceiptKind.Opened, delivery.AcceptedAt);
        for (var i = 0; i < 2; i++)
            await store.Receipts.AddAsync(FaultTests.Tenant, [receipt], TestContext.Current.CancellationToken);
    }
}
