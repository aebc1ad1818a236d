namespace Notify.Core.Jobs;

/// <summary>
/// The work of one kind of job, in steps. Progress is stored after each step. A step whose process ends before that is repeated,
/// so a repetition must lead to the same result.
/// </summary>
internal interface IJobKind
{
    /// <summary>Gets the kind, one of <see cref="JobKinds"/>.</summary>
    string Kind { get; }

    /// <summary>Gets whether the job has a result, which is kept for a while.</summary>
    bool HasResult => false;

    /// <summary>Runs the step <see cref="StoredJob.NextStep"/>, which takes well under a second.</summary>
    ValueTask<JobStep> RunAsync(StoredJob job, CancellationToken cancellationToken);
}

/// <summary>The result of a step.</summary>
internal sealed record JobStep
{
    /// <summary>Gets the number of items that were processed.</summary>
    public long Done { get; init; }

    /// <summary>Gets the items that failed, in their order.</summary>
    public IReadOnlyList<JobLineError> Errors { get; init; } = [];

    /// <summary>Gets the number of items that were counted.</summary>
    public long Counted { get; init; }

    /// <summary>Gets the number of items that a condition found; null for a job without a condition.</summary>
    public long? Affected { get; init; }

    /// <summary>Gets the place after which the next step continues; null for the beginning.</summary>
    public string? Position { get; init; }

    /// <summary>Gets whether the list is counted.</summary>
    public bool IsCounted { get; init; }

    /// <summary>Gets the lines that belong to the result.</summary>
    public ReadOnlyMemory<byte> Lines { get; init; }

    /// <summary>Gets the time to wait before the next step; null for none.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>Gets whether the job is complete.</summary>
    public bool IsLast { get; init; }
}
