namespace Notify.Load.Upgrades;

/// <summary>The result of running two versions side by side.</summary>
internal sealed record UpgradeResult(int Count, double PerSecond) : Result(UpgradeScenario.Name, Count, PerSecond)
{
    /// <summary>The schema step of the previous version.</summary>
    public required int SchemaBefore { get; init; }

    /// <summary>The schema step of this version.</summary>
    public required int SchemaAfter { get; init; }

    /// <summary>The acknowledged notifications that the mail server never received.</summary>
    public required int NeverSent { get; init; }

    /// <summary>The number of times that the mail server received a notification again.</summary>
    public required int Duplicates { get; init; }

    /// <summary>The number of times that one host read what another, or itself, had stored.</summary>
    public required int Reads { get; init; }

    /// <summary>The answers that a client could neither use nor repeat, and the reads that failed.</summary>
    public required int OtherErrors { get; init; }

    public bool Passed => NeverSent == 0 && Duplicates == 0 && OtherErrors == 0 && Reads > 0;
}
