namespace Notify.Cli;

/// <summary>An error that the user can correct. Its message tells how.</summary>
internal sealed class ToolException(int exitCode, string message) : Exception(message)
{
    /// <summary>Gets the exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Creates an error of the command line, a file or the configuration.</summary>
    public static ToolException CreateUsage(string message) => new(Cli.ExitCode.Usage, message);

    /// <summary>Creates the error that a thing does not exist.</summary>
    public static ToolException CreateNotFound(string kind, object id) =>
        new(Cli.ExitCode.NotFound, $"The {kind} {id} does not exist. Check the ID, the profile and --tenant.");
}
