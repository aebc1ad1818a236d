using System.Text.Json;
using Notify.Load.Backlog;
using Notify.Load.Embedded;
using Notify.Load.Full;
using Notify.Load.Gateway;
using Notify.Load.Hosts;
using Notify.Load.Idle;
using Notify.Load.Ingress;
using Notify.Load.Kafka;
using Notify.Load.Many;
using Notify.Load.Measuring;
using Notify.Load.MongoDb;
using Notify.Load.Peers;
using Notify.Load.PostgreSql;
using Notify.Load.Scaling;
using Notify.Load.Start;
using Notify.Load.Wire;

namespace Notify.Load.Report;

/// <summary>
/// Runs all scenarios that have a ceiling, or those that are named, each in a separate process. After each one, its new result
/// replaces the previous one in the results file.
/// </summary>
internal static class AllScenarios
{
    public const string Name = "all";

    private const string Distant = "--latency 50 --count 100000 --pairs 2";

    /// <summary>
    /// The garbage collector that ASP.NET Core applications use by default. The benchmark itself uses the workstation collector.
    /// </summary>
    private static readonly (string, string) ServerCollector = ("DOTNET_gcServer", "1");

    private static readonly (string, string) LargerPool = (WireResult.PoolVariable, "1024");

    private static readonly Run[] Runs =
    [
        .. Ceilings(),
        new(ResultsGroup.Peers, typeof(PeersScenario), PeersScenario.Name),
        new(ResultsGroup.Load, typeof(FullScenario), FullScenario.Name),
        new(ResultsGroup.Load, typeof(BacklogScenario), "backlog"),
        new(ResultsGroup.Load, typeof(TenantsScenario), TenantsScenario.Name),
        new(ResultsGroup.Load, typeof(FanoutScenario), "fanout"),
        new(ResultsGroup.Load, typeof(FanoutPersonalScenario), FanoutPersonalScenario.Name),
        new(ResultsGroup.Load, typeof(PriorityScenario), "priority"),
        new(ResultsGroup.Load, typeof(FairnessScenario), "fairness"),
        new(ResultsGroup.Processes, typeof(ScalingScenario), ScalingScenario.Name, Arguments: "--count 4000 --pin yes"),
        new(ResultsGroup.Footprint, typeof(StartScenario), StartScenario.Name),
        new(ResultsGroup.Footprint, typeof(IdleScenario), "idle"),
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var folder = arguments.Text("to") ?? "bench";
        var only = arguments.Text("only")?.Split(',');
        arguments.RefuseUnknown();
        if (!Directory.Exists(folder))
            throw new ArgumentException(
                $"The folder '{folder}' does not exist. Run this in the root of the repository, or name a folder with --to."
            );

        var results = ResultsFile.Read(folder);
        var failed = 0;
        foreach (var run in Runs.Where(run => only is null || only.Contains(run.Scenario) || only.Contains(run.Label)))
        {
            if (run.Scenario == MongoDbScenario.Name && !MongoDbScenario.HasServer)
            {
                Console.Error.WriteLine($"{run.Label} is not measured. {MongoDbScenario.Missing}");
                continue;
            }

            if (await MeasureAsync(run) is not { } measured)
            {
                failed++;
                continue;
            }

            // Comparisons that the scenario no longer has would stay otherwise.
            foreach (var name in results.Where(result => run.HasMeasured(result.Value)).Select(result => result.Key).ToList())
                results.Remove(name);
            foreach (var result in measured)
                results[result.Scenario] = result;
            Write(folder, results);
        }

        Write(folder, results);
        Console.Out.WriteLine(Path.Combine(folder, ResultsPage.FileName));
        return failed == 0 ? 0 : 1;
    }

    private static Run[] Ceilings() =>
        [
            new(ResultsGroup.Ceilings, typeof(EmbeddedScenario), "embedded"),
            new(ResultsGroup.Ceilings, typeof(ManyEmbeddedScenario), ManyEmbeddedScenario.Name),
            new(ResultsGroup.Ceilings, typeof(ManyIngressScenario), ManyIngressScenario.Name),
            new(ResultsGroup.Ceilings, typeof(PostgreSqlScenario), "postgres"),
            new(ResultsGroup.Ceilings, typeof(MongoDbScenario), MongoDbScenario.Name),
            new(ResultsGroup.Ceilings, typeof(KafkaScenario), "kafka"),
            new(ResultsGroup.Ceilings, typeof(IngressScenario), IngressScenario.Name),
            new(ResultsGroup.Ceilings, typeof(GatewayScenario), GatewayScenario.Name),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "fcm"),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "fcm", "server collector", Environment: ServerCollector),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "fcm", "50 ms", Distant),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "fcm", "50 ms, larger pool", Distant, LargerPool),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "apns"),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "apns", "server collector", Environment: ServerCollector),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "apns", "50 ms", Distant),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "apns", "50 ms, larger pool", Distant, LargerPool),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "webhook"),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "webhook", "50 ms", Distant),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "twilio"),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "twilio", "server collector", Environment: ServerCollector),
            new(ResultsGroup.Ceilings, typeof(WireScenario), "twilio", "50 ms", Distant),
            new(ResultsGroup.Ceilings, typeof(SmtpScenario), SmtpScenario.Name),
            new(ResultsGroup.Ceilings, typeof(SmtpScenario), SmtpScenario.Name, "50 ms", "--latency 50 --count 20000 --pairs 2"),
        ];

    private static void Write(string folder, Dictionary<string, RatioResult> results)
    {
        ResultsRow[] rows =
        [
            .. Runs.SelectMany(run =>
                results.Values.Where(run.HasMeasured).Select(result => new ResultsRow(result, run.Group, run.Code))
            ),
        ];
        ResultsFile.Write(folder, rows.Select(row => row.Result));
        ResultsPage.Write(folder, rows);
    }

    /// <returns>A result for each comparison, or null if the scenario failed. It has then printed the reason.</returns>
    private static async Task<RatioResult[]?> MeasureAsync(Run run)
    {
        Console.Error.WriteLine(run.Label);
        var (exitCode, output) = await OwnProcess.RunAsync(OwnProcess.Arguments(run.Scenario, run.Options), run.Environment);
        if (exitCode != 0)
            return null;

        string[] lines = [.. output.Split('\n').Where(line => line.StartsWith('{'))];
        foreach (var line in lines)
            Console.Error.WriteLine($"  {line}");
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        return
        [
            .. lines.Select(line =>
                run.Name(JsonSerializer.Deserialize(line, ResultJson.Default.RatioResult)!) with
                {
                    Measured = today,
                }
            ),
        ];
    }

    /// <summary>A scenario with its options. It has one row for each of its comparisons.</summary>
    /// <param name="Group">The part of the page that shows it.</param>
    /// <param name="Type">Its class.</param>
    /// <param name="Scenario">The name of the scenario.</param>
    /// <param name="Variant">
    /// A label that distinguishes the row from other rows of the scenario, or null for the first row.
    /// </param>
    /// <param name="Arguments">The options of the scenario.</param>
    /// <param name="Environment">An environment variable for the process, or null for none.</param>
    private sealed record Run(
        ResultsGroup Group,
        Type Type,
        string Scenario,
        string? Variant = null,
        string Arguments = "",
        (string Name, string Value)? Environment = null
    )
    {
        public string Label => Variant is null ? Scenario : $"{Scenario} ({Variant})";

        /// <summary>The file of the scenario, from the page. A namespace is a folder.</summary>
        public string Code => $"Notify.Load/{Type.Namespace!.Split('.')[^1]}/{Type.Name}.cs";

        /// <summary>Names a result of this run after it. A further comparison of a scenario has a name after a colon.</summary>
        public RatioResult Name(RatioResult result) =>
            result.Scenario.IndexOf(':', StringComparison.Ordinal) is >= 0 and var at
                ? result with
                {
                    Scenario = Label + result.Scenario[at..],
                }
                : result with
                {
                    Scenario = Label,
                };

        public bool HasMeasured(RatioResult result) =>
            result.Scenario == Label || result.Scenario.StartsWith($"{Label}: ", StringComparison.Ordinal);

        public string[] Options => Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
