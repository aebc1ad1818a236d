namespace Notify;

/// <summary>The result of a check. Its texts contain no secret, no address of a recipient and no content.</summary>
public sealed record CheckResult
{
    private CheckResult(CheckStatus status, string detail, string? fix) => (Status, Detail, Fix) = (status, detail, fix);

    /// <summary>Gets the status.</summary>
    public CheckStatus Status { get; }

    /// <summary>Gets the finding, as a sentence.</summary>
    public string Detail { get; }

    /// <summary>Gets how to fix it, as a sentence; null if nothing is wrong.</summary>
    public string? Fix { get; }

    /// <summary>Creates the result that nothing is wrong.</summary>
    /// <param name="detail">The finding, as a sentence.</param>
    public static CheckResult Ok(string detail) => Create(CheckStatus.Ok, detail, null);

    /// <summary>Creates the result that there was nothing to check.</summary>
    /// <param name="detail">The reason, as a sentence.</param>
    public static CheckResult Skipped(string detail) => Create(CheckStatus.Skipped, detail, null);

    /// <summary>Creates the result that something will or may fail.</summary>
    /// <param name="detail">The finding, as a sentence.</param>
    /// <param name="fix">How to fix it, as a sentence.</param>
    public static CheckResult Warning(string detail, string fix) => Create(CheckStatus.Warning, detail, fix);

    /// <summary>Creates the result that something fails.</summary>
    /// <param name="detail">The finding, as a sentence.</param>
    /// <param name="fix">How to fix it, as a sentence.</param>
    public static CheckResult Failed(string detail, string fix) => Create(CheckStatus.Failed, detail, fix);

    private static CheckResult Create(CheckStatus status, string detail, string? fix)
    {
        ArgumentException.ThrowIfNullOrEmpty(detail);
        return new CheckResult(status, detail, fix);
    }
}

/// <summary>The status of a check.</summary>
public enum CheckStatus
{
    /// <summary>Nothing is wrong.</summary>
    Ok,

    /// <summary>There was nothing to check.</summary>
    Skipped,

    /// <summary>Something will or may fail.</summary>
    Warning,

    /// <summary>Something fails.</summary>
    Failed,
}
