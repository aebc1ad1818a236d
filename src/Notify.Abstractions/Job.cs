using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// A job that works through many items in the background. It survives the end of its process: another one continues it.
/// </summary>
public sealed record Job
{
    /// <summary>Gets the ID (a UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the kind, one of <see cref="JobKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets the state.</summary>
    public required JobState State { get; init; }

    /// <summary>Gets the number of items that were processed, including those that failed.</summary>
    public long Done { get; init; }

    /// <summary>
    /// Gets the number of items; while the state is <see cref="JobState.Receiving"/>, of those that have arrived.
    /// </summary>
    public long Total { get; init; }

    /// <summary>Gets the number of items that failed. <see cref="IJobs.ListErrorsAsync"/> tells why.</summary>
    public long Failed { get; init; }

    /// <summary>
    /// Gets the number of items that a job with a condition found, such as stale devices; null for a job without a condition.
    /// </summary>
    public long? Affected { get; init; }

    /// <summary>Gets the ID of the user whom the job is about; null for another job.</summary>
    public string? UserId { get; init; }

    /// <summary>Gets whether the job changes nothing and only counts; null for a job that has no dry run.</summary>
    public bool? IsDryRun { get; init; }

    /// <summary>Gets the time after which a device must have been seen; null for another job.</summary>
    public DateTimeOffset? SeenAfter { get; init; }

    /// <summary>
    /// Gets the time until which the result can be read with <see cref="IJobs.ReadResultAsync"/>; null if the job has none.
    /// </summary>
    public DateTimeOffset? ResultExpiresAt { get; init; }

    /// <summary>Gets the number of items per second since the job started; null before.</summary>
    public double? PerSecond { get; init; }

    /// <summary>Gets the estimated time until the job ends; null if it does not run or nothing is known yet.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Gets the time at which the job was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the time at which the job first ran; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Gets the time at which the job ended; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the reason why the job failed; null if it did not.</summary>
    public string? Reason { get; init; }
}

/// <summary>The kinds of jobs.</summary>
public static class JobKinds
{
    /// <summary>The import of users.</summary>
    public const string ImportUsers = "import-users";

    /// <summary>The import of devices.</summary>
    public const string ImportDevices = "import-devices";

    /// <summary>The export of all users.</summary>
    public const string ExportUsers = "export-users";

    /// <summary>The export of all devices.</summary>
    public const string ExportDevices = "export-devices";

    /// <summary>The export of everything about a user.</summary>
    public const string ExportUser = "export-user";

    /// <summary>The erasure of everything about a user.</summary>
    public const string EraseUser = "erase-user";

    /// <summary>The pruning of devices that were not seen for long.</summary>
    public const string StaleDevices = "stale-devices";
}

/// <summary>The state of a job.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Its items are still arriving.</summary>
    [JsonStringEnumMemberName("receiving")]
    Receiving,

    /// <summary>It waits for a process.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>A process works on it, or will continue it.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>All items were processed. Some of them may have failed.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It ended early. <see cref="Job.Reason"/> tells why.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It was cancelled. Items that were processed before remain so.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}

/// <summary>An item of a job that failed.</summary>
public sealed record JobLineError
{
    /// <summary>Creates the value.</summary>
    /// <param name="line">The number of its line, from 1.</param>
    /// <param name="id">The ID in the line; null if it has none.</param>
    /// <param name="errors">The errors.</param>
    [SetsRequiredMembers]
    public JobLineError(long line, string? id, IReadOnlyList<FieldError> errors) => (Line, Id, Errors) = (line, id, errors);

    /// <summary>Gets the number of its line, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Gets the ID in the line; null if it has none.</summary>
    public required string? Id { get; init; }

    /// <summary>Gets the errors.</summary>
    public required IReadOnlyList<FieldError> Errors { get; init; }
}
