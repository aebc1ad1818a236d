using System.CommandLine;
using System.Globalization;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;

namespace Notify.Cli.Imports;

/// <summary><c>notify users import</c> and <c>notify devices import</c>.</summary>
internal static class ImportCommands
{
    private const long MaxPartBytes = 8 << 20;

    private static readonly Argument<string> File = new("file") { Description = "The file: CSV with a header, or NDJSON." };

    private static readonly Option<string?> Format = ToolOptions.Choice(
        "--format",
        "The format. Without it, the extension of the file decides.",
        "csv",
        "ndjson"
    );

    private static readonly Option<int> PartLines = ToolOptions.Number(
        "--part-lines",
        "The number of lines to send at once. After an interruption, the import continues behind the last part.",
        1,
        1_000_000,
        20_000
    );

    private static readonly Option<string?> Errors = ToolOptions.Text(
        "--errors",
        "The file for the lines that were refused. Default: the file with .errors.ndjson.",
        "file"
    );

    private static readonly Option<string?> State = ToolOptions.Text(
        "--state",
        "The file that keeps how far the import is. Default: the file with .notify-import.json.",
        "file"
    );

    private static readonly Option<bool> Restart = ToolOptions.Flag(
        "--restart",
        "Begin again, even if an import was interrupted."
    );

    public static Command CreateUsers() =>
        new("users", "Manages users.") { CreateImport("users", "id, addresses.email, locale") };

    public static Command CreateDevices() =>
        new("devices", "Manages devices.") { CreateImport("devices", "userId, id, platform, token") };

    private static Command CreateImport(string kind, string columns) =>
        new Command(
            "import",
            $"Imports {kind} from a file with columns such as {columns}. After an interruption, the same command continues. "
                + "The exit code is 1 if lines were refused."
        )
        {
            File,
            Format,
            PartLines,
            Errors,
            State,
            Restart,
        }.Run((call, session, cancellationToken) => ImportAsync(kind, call, session, cancellationToken));

    private static async Task<int> ImportAsync(
        string kind,
        ToolCall call,
        ServiceSession session,
        CancellationToken cancellationToken
    )
    {
        var started = call.Time.GetTimestamp();
        var file = await ImportFile
            .OpenAsync(call.Get(File), IsCsv(call), call.Get(PartLines), MaxPartBytes, cancellationToken)
            .ConfigureAwait(false);
        var stateFile = new ImportStateFile(call.Get(State) ?? $"{file.Path}.notify-import.json");
        var state = Begin(kind, call, session, file, stateFile, out var isResumed);
        var report = new ErrorReport(call.Get(Errors) ?? $"{file.Path}.errors.ndjson", file.Path, call.Report);
        report.Truncate(state.ReportBytes);
        try
        {
            await ProgressBar
                .RunAsync(call, $"Importing {kind}", "lines", async bar =>
                {
                    await new ImportRun(call, session, file, state, stateFile, report)
                        .RunAsync(bar, cancellationToken)
                        .ConfigureAwait(false);
                    return 0;
                })
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not InvalidRequestException)
        {
            call.Report.WriteNote(
                string.Create(CultureInfo.InvariantCulture, $"{CountDone(state):N0} lines are done.")
                    + " Run the same command again to continue."
            );
            throw;
        }

        stateFile.Delete();
        var failed = state.Parts.Sum(part => part.Failed);
        var view = new ImportView(
            kind,
            CountDone(state),
            CountDone(state) - failed,
            failed,
            failed > 0 ? report.Path : null,
            isResumed,
            Math.Round(call.Time.GetElapsedTime(started).TotalSeconds, 1)
        );
        call.Report.Write(view, ToolJson.Default.ImportView, () => WriteText(call.Report, view));
        return failed > 0 ? ExitCode.DoneWithFailures : ExitCode.Done;
    }

    private static ImportState Begin(
        string kind,
        ToolCall call,
        ServiceSession session,
        ImportFile file,
        ImportStateFile stateFile,
        out bool isResumed
    )
    {
        var begun = new ImportState
        {
            Kind = kind,
            Address = session.Connection.Address.AbsoluteUri,
            Tenant = call.Tenant,
            Hash = file.Hash,
            PartLines = call.Get(PartLines),
            Parts = [.. file.Parts.Select(_ => new PartState())],
        };
        var found = call.Get(Restart) ? null : stateFile.Find(begun);
        isResumed = found is not null;
        if (found is not null)
            call.Report.WriteNote(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Continuing an import that was interrupted after {CountDone(found):N0} of {file.Records:N0} lines."
                )
            );
        var state = found ?? begun;
        stateFile.Save(state);
        return state;
    }

    private static bool IsCsv(ToolCall call)
    {
        var path = call.Get(File);
        return call.Get(Format) switch
        {
            "csv" => true,
            "ndjson" => false,
            _ => Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".csv" => true,
                ".ndjson" or ".jsonl" => false,
                _ => throw ToolException.CreateUsage($"--format is required, because the extension of {path} tells no format."),
            },
        };
    }

    private static long CountDone(ImportState state) => state.Parts.Sum(part => part.Records);

    private static void WriteText(Report report, ImportView view)
    {
        report.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{view.Lines:N0} lines in {view.Seconds:N0} s: {view.Saved:N0} {view.Kind} saved, {view.Refused:N0} refused."
            )
        );
        if (view.Errors is not null)
            report.WriteNote($"The refused lines are in {view.Errors}.");
    }
}

/// <summary>The result of an import as --json shows it.</summary>
internal sealed record ImportView(
    string Kind,
    long Lines,
    long Saved,
    long Refused,
    string? Errors,
    bool Resumed,
    double Seconds
);
