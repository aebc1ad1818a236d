using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Jobs;

/// <summary>A line of an import of users.</summary>
internal sealed record UserLine(
    string Id,
    IReadOnlyDictionary<string, string>? Addresses,
    string? Locale,
    string? TimeZone,
    QuietHours? QuietHours,
    JsonElement? Properties
)
{
    public static UserLine Create(User user) =>
        new(user.Id, user.Addresses, user.Locale, user.TimeZone, user.QuietHours, user.Properties);
}

/// <summary>A line of an import of devices. The times are those of another system; without them, the device is new.</summary>
internal sealed record DeviceLine(
    string UserId,
    string Id,
    Platform Platform,
    string Token,
    string? App,
    string? Locale,
    string? TimeZone,
    DateTimeOffset? RegisteredAt,
    DateTimeOffset? LastSeenAt,
    DateTimeOffset? PrunedAt,
    string? PruneReason
)
{
    public static DeviceLine Create(Device device) =>
        new(
            device.UserId,
            device.Id,
            device.Platform,
            device.Token,
            device.App,
            device.Locale,
            device.TimeZone,
            device.RegisteredAt == default ? null : device.RegisteredAt,
            device.LastSeenAt == default ? null : device.LastSeenAt,
            device.PrunedAt,
            device.PruneReason
        );
}

internal sealed record UserOfJobBody(string UserId);

internal sealed record StaleDevicesBody(int Days, bool DryRun);

internal sealed record JobAnswer
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required JobState State { get; init; }

    public long Done { get; init; }

    public long Total { get; init; }

    public long Failed { get; init; }

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

    public Job CreateJob(string tenant) =>
        new()
        {
            Id = Id,
            Tenant = tenant,
            Kind = Kind,
            State = State,
            Done = Done,
            Total = Total,
            Failed = Failed,
            Affected = Affected,
            UserId = UserId,
            IsDryRun = DryRun,
            SeenAfter = SeenAfter,
            ResultExpiresAt = ResultExpiresAt,
            PerSecond = PerSecond,
            Remaining = RemainingSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            CreatedAt = CreatedAt,
            StartedAt = StartedAt,
            EndedAt = EndedAt,
            Reason = Reason,
        };
}

internal sealed record JobErrorAnswer(long Line, string? Id, IReadOnlyList<FieldError> Errors);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(UserLine))]
[JsonSerializable(typeof(DeviceLine))]
[JsonSerializable(typeof(UserOfJobBody))]
[JsonSerializable(typeof(StaleDevicesBody))]
[JsonSerializable(typeof(JobAnswer))]
[JsonSerializable(typeof(JobErrorAnswer))]
[JsonSerializable(typeof(PageAnswer<JobAnswer>))]
internal sealed partial class JobJson : JsonSerializerContext;
