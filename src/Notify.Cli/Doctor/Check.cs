namespace Notify.Cli.Doctor;

/// <summary>The result of a check.</summary>
/// <param name="Kind">tool, service, provider or engine.</param>
/// <param name="Name">The name of the part that was checked.</param>
/// <param name="Status">ok, warning, failed or skipped.</param>
/// <param name="Detail">The finding, as a sentence.</param>
/// <param name="Fix">How to fix it; null if nothing is wrong.</param>
internal sealed record Check(string Kind, string Name, string Status, string Detail, string? Fix = null)
{
    public const string Ok = "ok";
    public const string Warning = "warning";
    public const string Failed = "failed";
    public const string Skipped = "skipped";

    public const string Tool = "tool";
    public const string Service = "service";
}

/// <summary>The result of all checks as --json shows it.</summary>
internal sealed record DoctorView(bool Healthy, IReadOnlyList<Check> Checks);

/// <summary>The answer of <c>GET /v1/diagnostics</c>.</summary>
internal sealed record DiagnosticsAnswer
{
    public required IReadOnlyList<Check> Checks { get; init; }
}
