namespace Notify.Dashboard.Live;

/// <summary>Describes events in one line.</summary>
internal static class EventTexts
{
    public static (string Tone, string Text, Guid? Notification) Describe(NotifyEvent happened) =>
        happened.Data switch
        {
            NotificationAcceptedData data => ("info", Join(data.Template, data.Category, data.User), data.NotificationId),
            NotificationCancelledData data => ("quiet", $"{data.Cancelled} cancelled", data.NotificationId),
            DeliveryEventData data => (
                GetTone(data.State, happened.Type),
                Join($"{data.Channel} over {data.Provider}", data.User, data.Reason),
                data.NotificationId
            ),
            ReceiptEventData data => (
                data.Kind.ProvesArrival && data.Kind != ReceiptKind.Complained ? "ok" : "bad",
                Join(data.Channel?.Name, data.Provider, data.Detail),
                data.NotificationId
            ),
            DeviceEventData data => ("quiet", Join(data.User, data.DeviceId, data.Platform?.ToString(), data.Reason), null),
            InboxEventData data => ("quiet", data.User, null),
            _ => ("quiet", "", null),
        };

    private static string GetTone(DeliveryState state, string type) =>
        state switch
        {
            DeliveryState.Sent => "ok",
            DeliveryState.DeadLetter => "bad",
            DeliveryState.Cancelled => "quiet",
            _ => type == NotifyEventTypes.DeliveryRetried ? "warn" : "info",
        };

    private static string Join(params ReadOnlySpan<string?> parts)
    {
        var known = new List<string>();
        foreach (var part in parts)
        {
            if (!string.IsNullOrEmpty(part))
                known.Add(part);
        }

        return string.Join(" · ", known);
    }
}
