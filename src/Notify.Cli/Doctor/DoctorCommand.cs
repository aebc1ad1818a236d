using System.CommandLine;
using System.Runtime.CompilerServices;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Profiles;
using Notify.Cli.Service;

namespace Notify.Cli.Doctor;

/// <summary><c>notify doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create() =>
        new Command(
            "doctor",
            "Checks the configuration, the key, the service, and every provider and engine of it, and tells how to fix what it "
                + "finds. The exit code is 1 if a check failed."
        ).Run(CheckAsync);

    private static async Task<int> CheckAsync(ToolCall call, CancellationToken cancellationToken)
    {
        List<Check> checks = [];
        await foreach (var check in FindAsync(call, cancellationToken).ConfigureAwait(false))
        {
            checks.Add(check);
            if (!call.Report.IsJson)
                WriteText(call.Report, check);
        }

        var isHealthy = checks.TrueForAll(check => check.Status != Check.Failed);
        call.Report.Write(new DoctorView(isHealthy, checks), ToolJson.Default.DoctorView, () =>
            call.Report.WriteNote(isHealthy ? "Nothing is wrong." : "Fix what failed, and run 'notify doctor' again.")
        );
        return isHealthy ? ExitCode.Done : ExitCode.DoneWithFailures;
    }

    private static async IAsyncEnumerable<Check> FindAsync(
        ToolCall call,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (connection, configuration) = CheckConfiguration(call);
        foreach (var check in configuration)
            yield return check;
        if (connection is null)
            yield break;

        using var http = new ServiceHttp(connection, call.Tenant, call.Time);
        var service = new ServiceChecks(connection, http, call.Time);
        await foreach (var check in service.RunAsync(cancellationToken).ConfigureAwait(false))
            yield return check;
    }

    private static (Connection? Connection, IReadOnlyList<Check> Checks) CheckConfiguration(ToolCall call)
    {
        Connection connection;
        try
        {
            connection = Connection.Find(call.Environment, call.Profile);
        }
        catch (ToolException exception)
        {
            return (null, [new Check(Check.Tool, "configuration", Check.Failed, exception.Message, "Run 'notify login'.")]);
        }

        List<Check> checks =
        [
            new(Check.Tool, "configuration", Check.Ok, $"{connection}, from {connection.Source}"),
            connection.IsUnprotected
                ? new(
                    Check.Tool,
                    "encryption",
                    Check.Warning,
                    "The address has no TLS, so anyone on the network can read the key.",
                    "Use an https address."
                )
                : new(Check.Tool, "encryption", Check.Ok, "The key is not sent over a network without TLS."),
        ];
        var store = new ProfileStore(call.Environment);
        if (store.IsExposed())
            checks.Add(
                new(
                    Check.Tool,
                    "profiles",
                    Check.Failed,
                    $"Others can read {store.File}, which has your keys.",
                    $"Run: chmod 600 '{store.File}', and rotate the keys with 'notify keys rotate'."
                )
            );
        return (connection, checks);
    }

    private static void WriteText(Report report, Check check)
    {
        report.WriteLine($"{check.Status, -8} {check.Kind, -8} {check.Name}: {check.Detail}");
        if (check.Fix is { } fix)
            report.WriteLine($"         {fix}");
    }
}
