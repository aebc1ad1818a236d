using System.Diagnostics;
using System.Globalization;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Recovery;
using Notify.TestSupport;

namespace Notify.Load.Upgrades;

/// <summary>
/// Runs the reference host of the previous version beside the current one on one PostgreSQL database, under load: forwards (old,
/// both, new) and back (both, old). Every acknowledged notification must be sent once, and what one version stores, the other
/// must read. With <c>--next-step yes</c>, a schema step that neither version knows is taken while both run: a new table, and a
/// new column in every table. With <c>--previous this</c>, this version takes the place of the previous one.
/// </summary>
internal sealed class UpgradeScenario : IAsyncDisposable
{
    public const string Name = "upgrade";

    private const string NextStep = """
        DO $$ DECLARE t record; BEGIN
            FOR t IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'notify'::regnamespace
                AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'schema_version'
            LOOP EXECUTE format('ALTER TABLE %s ADD COLUMN next_step integer DEFAULT 1', t.name); END LOOP;
        END $$;
        CREATE TABLE notify.next_step (id uuid PRIMARY KEY);
        INSERT INTO notify.schema_version (version, oldest)
            SELECT max(version) + 1, max(oldest) FROM notify.schema_version;
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly DrillVendor _vendor = new();
    private readonly int _count;
    private readonly bool _takesNextStep;
    private readonly VersionedHost _old;
    private readonly VersionedHost _new;
    private readonly PostgreSqlProcess _postgreSql;
    private readonly DrillLoad _load;
    private readonly MixedReads _reads = new();
    private Task _clients = Task.CompletedTask;
    private VersionedHost[] _serving = [];
    private int _turn;

    /// <param name="postgreSql">The database.</param>
    /// <param name="previous">The assembly of the previous version, or null for this version.</param>
    /// <param name="takesNextStep">Whether a next version's schema step is taken.</param>
    /// <param name="count">The notifications that are accepted in each phase.</param>
    /// <param name="pause">The pause of a client after each notification.</param>
    private UpgradeScenario(PostgreSqlProcess postgreSql, string? previous, bool takesNextStep, int count, TimeSpan pause)
    {
        (_postgreSql, _count, _takesNextStep) = (postgreSql, count, takesNextStep);
        var command = previous is null ? ReferenceHost.CreateCommand(_folder.Path) : ["dotnet", "exec", previous];
        _old = new VersionedHost("the previous version", command, CreateEnvironment(), _folder.Path);
        _new = new VersionedHost("this version", ReferenceHost.CreateCommand(_folder.Path), CreateEnvironment(), _folder.Path);
        _load = new DrillLoad(FindHost, pause);
    }

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 1_000, min: 1);
        var clients = arguments.Int32("clients", 8, min: 1);
        var pause = TimeSpan.FromMilliseconds(arguments.Int32("pause-ms", 0, min: 0));
        var previous = arguments.Text("previous");
        var takesNextStep = arguments.Text("next-step") == "yes";
        arguments.RefuseUnknown();
        previous = previous switch
        {
            null => await BuildPreviousAsync(),
            "this" => null,
            _ => previous,
        };

        await using var postgreSql = await PostgreSqlProcess.StartAsync();
        await using var scenario = new UpgradeScenario(postgreSql, previous, takesNextStep, count, pause);
        var result = await scenario.RunAsync(clients);
        foreach (var error in scenario._load.OtherErrors.Concat(scenario._reads.Errors).Take(20))
            Console.Error.WriteLine(error);
        result.Print();
        return result.Passed ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        _load.Abandon();
        await _clients.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _old.DisposeAsync();
        await _new.DisposeAsync();
        await _vendor.DisposeAsync();
        _reads.Dispose();
        _load.Dispose();
        _folder.Dispose();
    }

    private static async Task<string> BuildPreviousAsync()
    {
        Console.Error.WriteLine("  building the previous version, unless it was built before");
        return (await Command.RunAsync("/", ReferenceHost.PreviousVersionScript, [])).Trim();
    }

    private async Task<UpgradeResult> RunAsync(int clients)
    {
        var begun = Stopwatch.GetTimestamp();
        await _old.StartAsync();
        _serving = [_old];
        var before = await ReadSchemaAsync();
        _clients = Task.WhenAll(Enumerable.Range(0, clients).Select(_load.SendAsync));
        await ContinueAsync("the previous version alone");

        await _new.StartAsync();
        if (_takesNextStep)
            await PostgreSqlProgram.ScalarAsync<object>(_postgreSql.ConnectionString, NextStep);
        var after = await ReadSchemaAsync();
        await ContinueAsync("both, on the new schema", _old, _new);
        await StopAsync(_old);
        await ContinueAsync("this version alone", _new);

        await _old.StartAsync();
        await ContinueAsync("both, on the way back", _old, _new);
        await StopAsync(_new);
        await ContinueAsync("the previous version alone, on the new schema", _old);

        _load.End();
        await _clients;
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await Eventually.TrueAsync(async () => await CountWaitingAsync() == 0, "everything to end");
        var received = _load.Acknowledged.Keys.Select(key => _vendor.GetTimes(DrillLoad.GetAddress(key)).Count).ToArray();
        return new UpgradeResult(received.Length, Math.Round(received.Length / seconds, 1))
        {
            SchemaBefore = before,
            SchemaAfter = after,
            NeverSent = received.Count(times => times == 0),
            Duplicates = received.Sum(times => Math.Max(0, times - 1)),
            Reads = _reads.Count,
            OtherErrors = _load.OtherErrors.Count + _reads.Errors.Count,
        };
    }

    private Uri FindHost()
    {
        var serving = Volatile.Read(ref _serving);
        return serving[(int)((uint)Interlocked.Increment(ref _turn) % serving.Length)].Address;
    }

    /// <summary>Goes on with these hosts, and exchanges data between them.</summary>
    private async Task ContinueAsync(string phase, params VersionedHost[] serving)
    {
        if (serving.Length > 0)
            Volatile.Write(ref _serving, serving);
        await _load.WaitForMoreAsync(_count, () => _clients.IsCompleted);
        foreach (var writer in _serving)
        {
            foreach (var reader in _serving)
                await _reads.ExchangeAsync(writer.Address, reader.Address);
        }

        Console.Error.WriteLine($"  {phase}: {_load.Acknowledged.Count} accepted");
    }

    /// <summary>Takes a host out of service, as a load balancer does, and stops it.</summary>
    private async Task StopAsync(VersionedHost host)
    {
        Volatile.Write(ref _serving, [.. _serving.Where(other => other != host)]);
        await host.StopAsync();
    }

    private Dictionary<string, string> CreateEnvironment() =>
        new()
        {
            ["DOTNET_TieredPGO"] = "0",
            ["Notify__ApiKey"] = HostCluster.Key,
            ["Notify__PostgreSql"] = _postgreSql.ConnectionString,
            ["Notify__Data"] = _folder.Path,
            ["Notify__ShutdownDelay"] = "00:00:00",
            ["Notify__Providers__mail__Type"] = "smtp",
            ["Notify__Providers__mail__Host"] = "127.0.0.1",
            ["Notify__Providers__mail__Port"] = _vendor.Port.ToString(CultureInfo.InvariantCulture),
            ["Notify__Providers__mail__Security"] = "None",
            ["Notify__Providers__mail__From"] = "shop@example.org",
        };

    private Task<int> ReadSchemaAsync() => ScalarAsync<int>("SELECT max(version) FROM notify.schema_version");

    private Task<long> CountWaitingAsync() => ScalarAsync<long>("SELECT count(*) FROM notify.delivery WHERE due_at IS NOT NULL");

    private async Task<T> ScalarAsync<T>(string sql) =>
        (await PostgreSqlProgram.ScalarAsync<T>(_postgreSql.ConnectionString, sql))!;
}
