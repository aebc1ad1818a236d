using System.Text.Json.Serialization;

namespace Notify.Core.Jobs;

/// <summary>A job with what its workers must know: its progress in steps, and who works on it.</summary>
internal sealed record StoredJob
{
    public required Job Job { get; init; }

    /// <summary>Gets the number of chunks of an import.</summary>
    public int Chunks { get; init; }

    /// <summary>Gets the first step that is not done. The step of an import processes the chunk with its number.</summary>
    public int NextStep { get; init; }

    /// <summary>Gets the place after which a job that goes through a list continues; null for its beginning.</summary>
    public string? Position { get; init; }

    /// <summary>Gets whether a job that goes through a list has counted it, which it does first.</summary>
    public bool IsCounted { get; init; }

    /// <summary>Gets the time before which no worker continues the job; null for no such time.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>
    /// Gets the number of the latest lease. A worker whose lease has another number has lost the job, and changes nothing.
    /// </summary>
    public long Fence { get; init; }

    /// <summary>Gets the end of the lease; null if no worker has one.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>Gets the time of the last progress.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Gets how often in a row a step could not be processed.</summary>
    public int Interruptions { get; init; }

    [JsonIgnore]
    public bool HasEnded => Job.State is JobState.Completed or JobState.Failed or JobState.Cancelled;

    /// <summary>Returns whether a worker can take the job.</summary>
    public bool CanBeLeased(DateTimeOffset now) =>
        Job.State == JobState.Waiting || (Job.State == JobState.Running && !(LeasedUntil > now) && !(NotBefore > now));

    public StoredJob End(JobState state, DateTimeOffset now, string? reason = null) =>
        this with
        {
            Job = Job with { State = state, EndedAt = now, Reason = reason },
            LeasedUntil = null,
            ChangedAt = now,
        };

    /// <summary>Creates the job as it is shown.</summary>
    public Job ToJob()
    {
        if (Job.StartedAt is not { } started || Job.Done == 0)
            return Job;

        var seconds = ((Job.EndedAt ?? ChangedAt) - started).TotalSeconds;
        var perSecond = seconds > 0 ? Job.Done / seconds : (double?)null;
        return Job with
        {
            PerSecond = perSecond,
            Remaining =
                Job.State == JobState.Running && perSecond is { } rate
                    ? TimeSpan.FromSeconds(Math.Max(0, Job.Total - Job.Done) / rate)
                    : null,
        };
    }
}

/// <summary>A part of the lines of an import.</summary>
internal sealed record ImportChunk<TItem>(IReadOnlyList<ImportLine<TItem>> Lines)
    where TItem : class;

/// <summary>The items of a step that failed.</summary>
internal sealed record StepErrors(IReadOnlyList<JobLineError> Errors)
{
    /// <summary>Returns only the first error of each item, for the rare step whose errors do not fit a document.</summary>
    public StepErrors Shorten() => new([.. Errors.Select(error => error with { Errors = [.. error.Errors.Take(1)] })]);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredJob))]
[JsonSerializable(typeof(ImportChunk<User>), TypeInfoPropertyName = "UserChunk")]
[JsonSerializable(typeof(ImportChunk<Device>), TypeInfoPropertyName = "DeviceChunk")]
[JsonSerializable(typeof(StepErrors))]
internal sealed partial class JobsJson : JsonSerializerContext;
