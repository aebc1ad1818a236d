namespace Notify.Cli;

/// <summary>The streams, variables and folders with which the tool runs.</summary>
internal sealed record ToolEnvironment
{
    /// <summary>Gets the standard output, which carries results only.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Gets the standard error, which carries progress, notes and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Gets the standard input.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Gets whether a person reads the standard output.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Gets whether a person reads the standard error.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Gets whether a person can answer questions.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>Gets a function that reads a variable of the environment.</summary>
    public required Func<string, string?> FindVariable { get; init; }

    /// <summary>Gets the folder of the user's configuration, in which the tool has a folder.</summary>
    public required string ConfigurationFolder { get; init; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets whether colors are used (no-color.org).</summary>
    public bool HasColors => string.IsNullOrEmpty(FindVariable("NO_COLOR"));

    /// <summary>Creates the environment of the process.</summary>
    public static ToolEnvironment CreateForProcess()
    {
        var isDumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new ToolEnvironment
        {
            Output = Console.Out,
            Error = Console.Error,
            Input = Console.In,
            IsOutputTerminal = !Console.IsOutputRedirected && !isDumb,
            IsErrorTerminal = !Console.IsErrorRedirected && !isDumb,
            IsInputTerminal = !Console.IsInputRedirected,
            FindVariable = Environment.GetEnvironmentVariable,
            // XDG_CONFIG_HOME or ~/.config on Linux.
            ConfigurationFolder = Environment.GetFolderPath(
                Environment.SpecialFolder.ApplicationData,
                Environment.SpecialFolderOption.DoNotVerify
            ),
        };
    }
}
