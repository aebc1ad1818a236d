using System.Globalization;
using System.Text.Json;

namespace Notify.Dashboard.Captured;

/// <summary>A captured message.</summary>
internal sealed record CapturedMessage
{
    public required long Sequence { get; init; }

    public required Guid DeliveryId { get; init; }

    public required Guid NotificationId { get; init; }

    public required Channel Channel { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset CapturedAt { get; init; }

    public required int AttemptsSpent { get; init; }

    public required string Priority { get; init; }

    /// <summary>Gets the reason why the message does not count as sent; null if it does.</summary>
    public string? Error { get; init; }

    public string? UserId { get; init; }

    public string? Platform { get; init; }

    public string? Template { get; init; }

    public string? Workflow { get; init; }

    /// <summary>Gets the parts that the preview shows.</summary>
    public required Content Content { get; init; }

    /// <summary>Gets the other parts of the content.</summary>
    public required IReadOnlyList<CapturedGroup> Details { get; init; }

    /// <summary>Gets the path of the page of the message.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"{CapturedPages.Path}/{DeliveryId}/{Sequence}");

    public static CapturedMessage Read(JsonElement json)
    {
        var content = json.GetProperty("content");
        return new CapturedMessage
        {
            Sequence = json.GetProperty("sequence").GetInt64(),
            DeliveryId = json.GetProperty("deliveryId").GetGuid(),
            NotificationId = json.GetProperty("notificationId").GetGuid(),
            Channel = Channel.Create(json.GetProperty("channel").GetString()!),
            Address = json.GetProperty("address").GetString()!,
            CapturedAt = json.GetProperty("capturedAt").GetDateTimeOffset(),
            AttemptsSpent = json.TryGetProperty("attemptsSpent", out var spent) ? spent.GetInt32() : 0,
            Priority = FindText(json, "priority") ?? "normal",
            Error = FindText(json, "error"),
            UserId = FindText(json, "userId"),
            Platform = FindText(json, "platform"),
            Template = FindText(json, "template"),
            Workflow = FindText(json, "workflow"),
            Content = new Content
            {
                Title = FindText(content, "title"),
                Body = FindText(content, "body"),
                Html = FindText(content, "html"),
                Push = IsSilent(content) ? new PushContent { IsSilent = true } : null,
            },
            Details = CapturedGroup.ReadAll(content),
        };
    }

    private static string? FindText(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsSilent(JsonElement content) =>
        content.TryGetProperty("push", out var push)
        && push.TryGetProperty("silent", out var silent)
        && silent.ValueKind == JsonValueKind.True;
}
