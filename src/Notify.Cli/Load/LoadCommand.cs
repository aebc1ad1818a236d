using System.CommandLine;
using System.Globalization;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;

namespace Notify.Cli.Load;

/// <summary><c>notify load</c>: measures how fast the service accepts triggers.</summary>
internal static class LoadCommand
{
    private const string TestKeyStart = "nk_test_";
    private const int MaxConcurrency = 1_000;

    private static readonly Option<TimeSpan?> Duration = ToolOptions.Duration("--duration", "How long to send. Default: 10s.");

    private static readonly Option<int?> Count = ToolOptions.OptionalNumber(
        "--count",
        "The number of triggers to send, instead of a duration.",
        1,
        100_000_000
    );

    private static readonly Option<int> Concurrency = ToolOptions.Number(
        "--concurrency",
        "The number of calls at the same time.",
        1,
        MaxConcurrency,
        8
    );

    private static readonly Option<int?> Rate = ToolOptions.OptionalNumber(
        "--rate",
        "The number of triggers per second, instead of as many as possible. Waiting for a free call counts as latency.",
        1,
        1_000_000
    );

    private static readonly Option<string> Domain = new("--domain")
    {
        Description = "The domain of the addresses to which load-1@, load-2@ and so on are sent.",
        HelpName = "domain",
        DefaultValueFactory = _ => "notify.test",
    };

    private static readonly Option<bool> AllowLive = ToolOptions.Flag(
        "--allow-live",
        "Permit a key that is not a test key. The messages are then really sent."
    );

    public static Command Create() =>
        new Command(
            "load",
            "Sends triggers as fast as the service accepts them, and prints percentiles of the latency. Needs a test key."
        )
        {
            Duration,
            Count,
            Concurrency,
            Rate,
            Domain,
            AllowLive,
        }.Run(LoadAsync);

    private static async Task<int> LoadAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        var isTest = session.Connection.Key?.StartsWith(TestKeyStart, StringComparison.Ordinal) == true;
        if (!isTest && !call.Get(AllowLive))
            throw ToolException.CreateUsage(
                "The key is not a test key, so every message would really be sent. "
                    + "Create one with 'notify keys create --kind test', or use --allow-live."
            );
        if (call.Has(Duration) && call.Has(Count))
            throw ToolException.CreateUsage("Use either --duration or --count, not both.");

        var plan = new LoadPlan(
            call.Get(Count),
            call.Get(Count) is null ? call.Get(Duration) ?? TimeSpan.FromSeconds(10) : null,
            call.Get(Concurrency),
            call.Get(Rate)
        );
        var domain = call.Get(Domain);
        var run = new LoadRun(session.Notifier, plan, call.Time, number => CreateTrigger(call.Tenant, domain, number));
        var view = await ProgressBar
            .RunAsync(call, "Load", "triggers", bar => run.RunAsync(bar, cancellationToken))
            .ConfigureAwait(false);
        call.Report.Write(view, ToolJson.Default.LoadView, () => WriteText(call.Report, view));
        return view.Failed > 0 ? ExitCode.DoneWithFailures : ExitCode.Done;
    }

    private static Trigger CreateTrigger(string tenant, string domain, long number) =>
        new()
        {
            Tenant = tenant,
            To = Recipient.Email(string.Create(CultureInfo.InvariantCulture, $"load-{number}@{domain}")),
            Content = new Content { Title = "Load test", Body = "This message was sent by notify load." },
            Priority = Priority.Bulk,
            Tags = ["notify-load"],
        };

    private static void WriteText(Report report, LoadView view)
    {
        report.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{view.Accepted:N0} accepted, {view.Failed:N0} failed in {view.Seconds:N1} s: {view.PerSecond:N0} per second"
            )
        );
        report.WriteTable(
            ["Percentile", "Milliseconds"],
            view.Milliseconds.Select(row =>
                (IReadOnlyList<string>)[row.Key, row.Value.ToString("N2", CultureInfo.InvariantCulture)]
            )
        );
        foreach (var (error, count) in view.Errors)
            report.WriteNote($"{count} times: {error}");
    }
}

/// <summary>How much to send, and how.</summary>
internal sealed record LoadPlan(int? Count, TimeSpan? Duration, int Concurrency, int? PerSecond);

/// <summary>The result of a load test as --json shows it.</summary>
internal sealed record LoadView(
    long Accepted,
    long Failed,
    double Seconds,
    double PerSecond,
    IReadOnlyDictionary<string, double> Milliseconds,
    IReadOnlyDictionary<string, long> Errors
);
