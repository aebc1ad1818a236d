using System.CommandLine;
using Notify.Cli.Output;
using Notify.Cli.Profiles;
using Notify.Cli.Service;

namespace Notify.Cli.Commands;

/// <summary>One call of a command: its options, where it writes, and the service that it calls.</summary>
internal sealed class ToolCall
{
    private readonly ParseResult _parsed;

    public ToolCall(ToolEnvironment environment, ParseResult parsed)
    {
        _parsed = parsed;
        Environment = environment;
        Report = new Report(environment, parsed.GetValue(GlobalOptions.Json));
    }

    public ToolEnvironment Environment { get; }

    public Report Report { get; }

    public TimeProvider Time => Environment.Time;

    /// <summary>Gets the tenant to act for. The default one means the tenant of the key.</summary>
    public string Tenant => Get(GlobalOptions.Tenant);

    /// <summary>Gets the name of the profile in the command line; null if it names none.</summary>
    public string? Profile => Get(GlobalOptions.Profile);

    public T Get<T>(Option<T> option) => _parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => _parsed.GetValue(argument)!;

    /// <summary>Returns whether the command line has an option.</summary>
    public bool Has(Option option) => _parsed.GetResult(option) is { Implicit: false };

    /// <summary>Opens a session with the service that the profile or the environment names.</summary>
    public ServiceSession Open() => new(Connection.Find(Environment, Profile), this);
}

/// <summary>The configuration of an invocation, through which actions get the environment.</summary>
internal sealed class ToolInvocation : InvocationConfiguration
{
    public required ToolEnvironment Environment { get; init; }
}

/// <summary>Connects commands with the code that runs them.</summary>
internal static class CommandExtensions
{
    public static Command Run(this Command command, Func<ToolCall, CancellationToken, Task<int>> run)
    {
        command.SetAction((parsed, cancellationToken) => run(CreateCall(parsed), cancellationToken));
        return command;
    }

    /// <summary>Connects a command that calls the service.</summary>
    public static Command Run(this Command command, Func<ToolCall, ServiceSession, CancellationToken, Task<int>> run) =>
        command.Run(
            async (call, cancellationToken) =>
            {
                var session = call.Open();
                await using (session.ConfigureAwait(false))
                    return await run(call, session, cancellationToken).ConfigureAwait(false);
            }
        );

    private static ToolCall CreateCall(ParseResult parsed) =>
        new(((ToolInvocation)parsed.InvocationConfiguration).Environment, parsed);
}
