using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Load.Outbox;

/// <summary>
/// Kills applications with an outbox, and the service that they call, at random moments under load. Every committed trigger must
/// be one notification of the service, and no trigger that was rolled back may be one.
/// </summary>
internal sealed class OutboxScenario : IAsyncDisposable
{
    public const string Name = "outbox";

    private const int MaxPauseMs = 60;

    private readonly AnsweringProcess[] _applications;
    private readonly ShopDatabase _database;
    private readonly string[] _databaseArguments;
    private readonly HostSettings _settings;
    private readonly Random _random;
    private HostProcess _host;
    private int _starts;
    private int _hostKills;

    private OutboxScenario(string engine, string connectionString, string folder, int applications, int seed)
    {
        _database = ShopDatabase.Open(engine, connectionString);
        _databaseArguments = ["--engine", engine, "--database", connectionString];
        _settings = new HostSettings
        {
            Database = Path.Combine(folder, "notify.db"),
            Record = Path.Combine(folder, "vendor.log"),
            Port = HostProcess.FreePort(),
        };
        _random = new Random(seed);
        _applications = new AnsweringProcess[applications];
        _host = HostProcess.Start(_settings);
    }

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var engine = arguments.Text("engine") ?? ShopDatabase.PostgreSql;
        var count = arguments.Int32("count", 50_000, min: 1);
        var kills = arguments.Int32("kills", 50, min: 0);
        var applications = arguments.Int32("applications", 2, min: 1);
        var seed = arguments.Int32("seed", Random.Shared.Next(), min: 0);
        arguments.RefuseUnknown();

        Console.Error.WriteLine($"outbox: seed {seed}");
        using var folder = new TemporaryFolder();
        await using var postgreSql = engine == ShopDatabase.PostgreSql ? await PostgreSqlProcess.StartAsync() : null;
        var connectionString = postgreSql?.ConnectionString ?? $"Data Source={folder.File("shop.db")};Pooling=False";
        await using var scenario = new OutboxScenario(engine, connectionString, folder.Path, applications, seed);
        var result = await scenario.RunAsync(engine, count, kills);
        result.Print();
        return result.Passed ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var application in _applications.OfType<AnsweringProcess>())
            await application.DisposeAsync();
        await _host.DisposeAsync();
        await _database.Source.DisposeAsync();
    }

    private async Task<OutboxResult> RunAsync(string engine, int count, int kills)
    {
        await _database.CreateTablesAsync();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < _applications.Length; i++)
            Start(i);
        for (var kill = 1; kill <= kills; kill++)
        {
            await WaitForOrdersAsync(count / (kills + 1));
            await Task.Delay(_random.Next(MaxPauseMs));
            await KillAsync(ChooseTarget(kill));
            if (kill % 10 == 0)
                Console.Error.WriteLine($"  {kill} kills, {await _database.CountOrdersAsync()} committed");
        }

        await WaitForOrdersAsync(count / (kills + 1));
        foreach (var application in _applications)
            await application.AskAsync();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Eventually.TrueAsync(async () => await _database.CountWaitingAsync() == 0, "the outbox to be empty");
        var (committed, arrived) = (await _database.ReadOrdersAsync(), await ReadReferencesAsync());
        return new OutboxResult(
            committed.Count,
            Math.Round(committed.Count / seconds, 1),
            engine,
            committed.Count(arrived.ContainsKey),
            arrived.Values.Count(times => times > 1),
            (int)await _database.CountRolledBackAsync(),
            arrived.Where(reference => !committed.Contains(reference.Key)).Sum(reference => reference.Value),
            (int)await _database.CountRefusedAsync(),
            kills,
            _hostKills
        );
    }

    /// <summary>Waits until the service is running and more orders were committed meanwhile.</summary>
    private async Task WaitForOrdersAsync(int more)
    {
        if (!await _host.Ready)
            throw new InvalidOperationException($"The service exited by itself:\n{_host.Output}");
        var before = await _database.CountOrdersAsync();
        await Eventually.TrueAsync(async () => await _database.CountOrdersAsync() >= before + more, $"{more} more orders");
    }

    /// <summary>
    /// Chooses an application, or the service by the number after the last one. The first two kills are one of each.
    /// </summary>
    private int ChooseTarget(int kill) =>
        kill switch
        {
            1 => _applications.Length,
            2 => _random.Next(_applications.Length),
            _ => _random.Next(_applications.Length + 1),
        };

    /// <summary>Kills the service or an application, and starts it again.</summary>
    private async Task KillAsync(int target)
    {
        if (target < _applications.Length)
        {
            await _applications[target].KillAsync();
            await _applications[target].DisposeAsync();
            Start(target);
            return;
        }

        _hostKills++;
        await _host.KillAsync();
        await _host.DisposeAsync();
        await Task.Delay(_random.Next(MaxPauseMs));
        _host = HostProcess.Start(_settings);
    }

    private void Start(int number)
    {
        // The references of a process differ from those of the one that was killed.
        var name = string.Create(CultureInfo.InvariantCulture, $"application-{number}-{++_starts}");
        string[] arguments = [.. _databaseArguments, "--service", _settings.Address.AbsoluteUri, "--name", name];
        _applications[number] = new AnsweringProcess(OwnProcess.Program, OwnProcess.Arguments(OutboxApplication.Name, arguments));
    }

    /// <summary>Reads how many notifications have each reference.</summary>
    private async Task<Dictionary<string, int>> ReadReferencesAsync()
    {
        using var client = new HttpClient { BaseAddress = _settings.Address };
        var references = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var next = "/v1/notifications?limit=500"; next is not null; )
        {
            var page = await client.GetFromJsonAsync<JsonElement>(next);
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                var reference = item.GetProperty("reference").GetString()!;
                references[reference] = references.GetValueOrDefault(reference) + 1;
            }

            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        return references;
    }
}
