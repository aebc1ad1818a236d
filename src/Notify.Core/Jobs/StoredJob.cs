using System.Text.Json.Serialization;

namespace Notify.Core.Jobs;

/// <summary>A job with what its workers must know: its progress in chunks, and who works on it.</summary>
internal sealed record StoredJob
{
    public required Job Job { get; init; }

    /// <summary>Gets the number of chunks.</summary>
    public int Chunks { get; init; }

    /// <summary>Gets the first chunk that is not done.</summary>
    public int NextChunk { get; init; }

    /// <summary>
    /// Gets the number of the latest lease. A worker whose lease has another number has lost the job, and changes nothing.
    /// </summary>
    public long Fence { get; init; }

    /// <summary>Gets the end of the lease; null if no worker has one.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>Gets the time of the last progress.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Gets how often in a row a chunk could not be processed.</summary>
    public int Interruptions { get; init; }

    [JsonIgnore]
    public bool HasEnded => Job.State is JobState.Completed or JobState.Failed or JobState.Cancelled;

    /// <summary>Returns whether a worker can take the job.</summary>
    public bool CanBeLeased(DateTimeOffset now) =>
        Job.State == JobState.Waiting || (Job.State == JobState.Running && !(LeasedUntil > now));

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
                    ? TimeSpan.FromSeconds((Job.Total - Job.Done) / rate)
                    : null,
        };
    }
}

/// <summary>A part of the lines of an import.</summary>
internal sealed record UserChunk(IReadOnlyList<UserImportLine> Lines);

/// <summary>The items of a chunk that failed.</summary>
internal sealed record ChunkErrors(IReadOnlyList<JobLineError> Errors);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredJob))]
[JsonSerializable(typeof(UserChunk))]
[JsonSerializable(typeof(ChunkErrors))]
internal sealed partial class JobsJson : JsonSerializerContext;
