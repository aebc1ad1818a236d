using System.CommandLine;
using System.CommandLine.Invocation;
using Notify.Cli.Commands;
using Notify.Cli.Output;

namespace Notify.Cli;

/// <summary>Runs the tool.</summary>
internal static class Tool
{
    /// <summary>The time that a command has to end after Ctrl+C.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="environment">The streams, variables and folders.</param>
    /// <param name="cancellationToken">A token that ends the command as Ctrl+C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        ToolEnvironment environment,
        CancellationToken cancellationToken = default
    )
    {
        var parsed = CommandTree.Root.Parse(args);
        var isJson = parsed.GetResult(GlobalOptions.Json) is { Implicit: false };
        var errors = new ErrorWriter(environment, isJson);
        // Help and completions also work on a command line that is not complete.
        if (parsed.Action is ParseErrorAction)
            return errors.WriteParseErrors(parsed);

        var configuration = new ToolInvocation
        {
            Environment = environment,
            Output = environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TerminationTimeout,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return errors.Write(exception);
        }
    }
}
