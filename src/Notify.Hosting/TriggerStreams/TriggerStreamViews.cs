using System.Text.Json.Serialization;
using Notify.Hosting.Notifications;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.TriggerStreams;

/// <summary>The result of a line of a stream.</summary>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Status">The status with which the trigger alone would have been answered.</param>
internal sealed record TriggerLineView(long Line, int Status)
{
    public Guid? Id { get; init; }

    public bool? Duplicate { get; init; }

    public IReadOnlyList<SkippedView>? Skipped { get; init; }

    public int? SkippedTotal { get; init; }

    public string? Code { get; init; }

    public string? Detail { get; init; }

    /// <summary>Gets the byte of the line at which it is not valid JSON.</summary>
    public long? Position { get; init; }

    /// <summary>Gets the notification that holds the idempotency key.</summary>
    public Guid? ExistingId { get; init; }

    public IReadOnlyList<LineErrorView>? Errors { get; init; }

    /// <summary>Gets whether the stream ended at this line: neither it nor any line after it was processed.</summary>
    public bool? Ended { get; init; }

    public static TriggerLineView Create(long line, TriggerResult result) =>
        new(line, 202)
        {
            Id = result.Id,
            Duplicate = result.IsDuplicate,
            Skipped = result.SkippedTotal == 0 ? null : [.. result.Skipped.Select(SkippedView.Create)],
            SkippedTotal = result.SkippedTotal == 0 ? null : result.SkippedTotal,
        };

    public static TriggerLineView Create(long line, ProblemResult problem)
    {
        var position = problem.Extensions.GetValueOrDefault("position") as long?;
        return new TriggerLineView(line, problem.Type.Status)
        {
            Code = problem.Type.Code,
            // The problem of a body counts lines within it, which would be misleading here.
            Detail = position is null ? problem.Detail : $"Reading stopped at byte {position} of the line.",
            Position = position,
            Errors = problem.Errors is { } errors ? [.. errors.Select(LineErrorView.Create)] : null,
            ExistingId = problem.Extensions.GetValueOrDefault("existingId") as Guid?,
        };
    }
}

/// <summary>The end of a stream whose successful results were not asked for.</summary>
/// <param name="Lines">The number of lines that are not empty.</param>
/// <param name="Accepted">The number of notifications that were accepted, including <paramref name="Duplicates"/>.</param>
/// <param name="Duplicates">The number of lines whose notification had been accepted before.</param>
/// <param name="Failed">The number of lines that were not accepted.</param>
internal sealed record TriggerStreamSummaryView(long Lines, long Accepted, long Duplicates, long Failed);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(TriggerLineView))]
[JsonSerializable(typeof(TriggerStreamSummaryView))]
internal sealed partial class TriggerStreamJson : JsonSerializerContext;
