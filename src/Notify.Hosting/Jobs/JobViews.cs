using System.Text.Json.Serialization;

namespace Notify.Hosting.Jobs;

internal sealed record JobView(Guid Id, string Kind, JobState State, long Done, long Total, long Failed)
{
    public long? Affected { get; init; }

    public string? UserId { get; init; }

    public bool? DryRun { get; init; }

    public DateTimeOffset? SeenAfter { get; init; }

    public DateTimeOffset? ResultExpiresAt { get; init; }

    public double? PerSecond { get; init; }

    public double? RemainingSeconds { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Reason { get; init; }

    public static JobView Create(Job job) =>
        new(job.Id, job.Kind, job.State, job.Done, job.Total, job.Failed)
        {
            Affected = job.Affected,
            UserId = job.UserId,
            DryRun = job.IsDryRun,
            SeenAfter = job.SeenAfter,
            ResultExpiresAt = job.ResultExpiresAt,
            PerSecond = job.PerSecond is { } perSecond ? Math.Round(perSecond, 1) : null,
            RemainingSeconds = job.Remaining is { } remaining ? Math.Round(remaining.TotalSeconds) : null,
            CreatedAt = job.CreatedAt,
            StartedAt = job.StartedAt,
            EndedAt = job.EndedAt,
            Reason = job.Reason,
        };
}

internal sealed record JobsView(IReadOnlyList<JobView> Items, string? Next);

/// <summary>A line of a job that failed.</summary>
internal sealed record JobLineErrorView(long Line, string? Id, IReadOnlyList<Requests.LineErrorView> Errors)
{
    public static JobLineErrorView Create(JobLineError error) =>
        new(error.Line, error.Id, [.. error.Errors.Select(Requests.LineErrorView.Create)]);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(JobsView))]
[JsonSerializable(typeof(JobLineErrorView))]
internal sealed partial class JobsJson : JsonSerializerContext;
