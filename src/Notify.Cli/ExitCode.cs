namespace Notify.Cli;

/// <summary>The exit codes of the tool. Scripts depend on them, so they never change.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int DoneWithFailures = 1;
    public const int Usage = 2;
    public const int NotPermitted = 3;
    public const int NotFound = 4;
    public const int Invalid = 5;
    public const int Unreachable = 6;
    public const int ServiceFailed = 7;
    public const int Unexpected = 70;
    public const int Interrupted = 130;

    /// <summary>Gets the codes with their meanings, for the documentation.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Done, "The command did what it should."),
        (
            DoneWithFailures,
            "The command ran to its end and found failures: lines that were refused, checks that failed, differences, or a "
                + "notification that was not sent."
        ),
        (Usage, "The command line, a file or the configuration is wrong. Nothing was done."),
        (NotPermitted, "The key is missing, invalid, or lacks a scope."),
        (NotFound, "The thing does not exist."),
        (Invalid, "The service refused the call: a field is invalid, or the call conflicts with an earlier one."),
        (Unreachable, "The service cannot be reached."),
        (ServiceFailed, "The service failed, or gave an answer that is not that of Notify."),
        (Unexpected, "The tool has a bug. `NOTIFY_DEBUG=1` shows details for a report."),
        (Interrupted, "Ctrl+C or SIGTERM ended the command."),
    ];
}
