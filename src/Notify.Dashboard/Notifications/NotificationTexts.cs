namespace Notify.Dashboard.Notifications;

/// <summary>Describes notifications in lists.</summary>
internal static class NotificationTexts
{
    private const int MaxRecipients = 2;

    /// <summary>Gets what a person recognizes a notification of a list by. A list has no contents.</summary>
    public static string GetTitle(Trigger trigger) =>
        trigger.Workflow ?? trigger.Template ?? trigger.Category ?? trigger.Reference ?? "Notification";

    /// <summary>Gets the title of one notification: that of its first content.</summary>
    public static string GetTitle(NotificationTimeline timeline)
    {
        var content = timeline.Notification.Contents.Select(variant => variant.Content).FirstOrDefault()
            ?? timeline.Deliveries.Items.Select(item => item.Delivery.Content).FirstOrDefault();
        return FirstText(content?.Title, content?.Body) ?? GetTitle(timeline.Notification.Trigger);
    }

    public static IReadOnlyList<string> GetDetails(NotificationSummary item)
    {
        var trigger = item.Trigger;
        var parts = new List<string>();
        if (trigger.Workflow is not null)
            parts.Add("workflow");
        else if (trigger.Template is not null)
            parts.Add("template");
        if (trigger.Category is { } category && category != GetTitle(trigger))
            parts.Add(category);
        if (trigger.Priority != Priority.Normal)
            parts.Add($"{trigger.Priority}".ToLowerInvariant());
        if (trigger.Kind != ApiKeyKind.Live)
            parts.Add("test");
        if (trigger.Reference is { } reference && reference != GetTitle(trigger))
            parts.Add(reference);
        parts.Add($"{item.Id}");
        return parts;
    }

    public static IEnumerable<string> GetRecipients(Trigger trigger)
    {
        var names = trigger.To.Take(MaxRecipients).Select(Describe);
        var more = trigger.To.Count - MaxRecipients;
        return more > 0 ? names.Append($"{more} more") : names;
    }

    public static string Describe(Recipient recipient) =>
        recipient.Kind switch
        {
            RecipientKind.Topic => $"topic {recipient.Value}",
            RecipientKind.Address when recipient.Channel == Channel.Push =>
                $"device …{recipient.Value[^Math.Min(6, recipient.Value.Length)..]}",
            _ => recipient.Value,
        };

    private static string? FirstText(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (!string.IsNullOrWhiteSpace(text))
                return text.Length > 80 ? $"{text[..80]}…" : text;
        }

        return null;
    }
}
