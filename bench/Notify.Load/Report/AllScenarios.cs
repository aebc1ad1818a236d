using System.Diagnostics;
using System.Text.Json;
using Notify.Load.Measuring;

namespace Notify.Load.Report;

/// <summary>Runs every scenario that has a ceiling, each in a process of its own, and writes what they came to.</summary>
internal static class AllScenarios
{
    public const string Name = "all";

    private static readonly string[] Runs =
    [
        "embedded",
        "postgres",
        "kafka",
        "ingress",
        "fcm",
        "fcm --latency 50",
        "apns",
        "apns --latency 50",
        "webhook",
        "webhook --latency 50",
        "twilio",
        "twilio --latency 50",
        "smtp",
        "smtp --latency 50",
        "fanout",
        "backlog",
        "priority",
        "fairness",
        "peers",
        "idle",
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var folder = arguments.Text("to") ?? "bench";
        var only = arguments.Text("only")?.Split(',');
        arguments.RefuseUnknown();

        var results = new List<RatioResult>();
        foreach (var run in Runs.Where(run => only?.Contains(run.Split(' ')[0]) != false))
            results.Add(await RunAsync(run));

        await ResultsPage.WriteAsync(folder, results);
        Console.Out.WriteLine(Path.Combine(folder, ResultsPage.FileName));
        return 0;
    }

    private static async Task<RatioResult> RunAsync(string run)
    {
        Console.Error.WriteLine(run);
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(AllScenarios).Assembly.Location, .. run.Split(' ')]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'{run}' ended with {process.ExitCode}.");

        var line = output.TrimEnd().Split('\n')[^1];
        Console.Error.WriteLine($"  {line}");
        return JsonSerializer.Deserialize(line, ResultJson.Default.RatioResult)! with { Scenario = run };
    }
}
