namespace Notify.Hosting.Notifications;

/// <summary>The response to a trigger. <see cref="Skipped"/> is omitted if every recipient is reached.</summary>
internal sealed record AcceptedView(
    Guid Id,
    bool Duplicate,
    string StatusUrl,
    IReadOnlyList<SkippedView>? Skipped,
    int? SkippedTotal
)
{
    public static AcceptedView Create(TriggerResult result, string statusUrl) =>
        result.SkippedTotal == 0
            ? new AcceptedView(result.Id, result.IsDuplicate, statusUrl, null, null)
            : new AcceptedView(
                result.Id,
                result.IsDuplicate,
                statusUrl,
                [.. result.Skipped.Select(SkippedView.Create)],
                result.SkippedTotal
            );
}

/// <summary>A recipient that gets nothing, and the reason.</summary>
internal sealed record SkippedView(SkippedRecipientView Recipient, Channel? Channel, string Code, string Reason)
{
    public static SkippedView Create(SkippedRecipient skipped) =>
        new(SkippedRecipientView.Create(skipped.Recipient), skipped.Channel, skipped.Code, skipped.Reason);
}

/// <summary>
/// A recipient in the form in which a trigger names it, without its data. Only the last characters of a push token are shown.
/// </summary>
internal sealed record SkippedRecipientView(
    string? User = null,
    string? Topic = null,
    string? Email = null,
    string? Phone = null,
    string? Webhook = null,
    string? PushToken = null,
    Platform? Platform = null,
    Channel? Channel = null,
    string? Address = null
)
{
    public static SkippedRecipientView Create(Recipient recipient)
    {
        var value = recipient.Value;
        if (recipient.Kind == RecipientKind.User)
            return new SkippedRecipientView(User: value);
        if (recipient.Kind == RecipientKind.Topic)
            return new SkippedRecipientView(Topic: value);
        if (recipient.Channel == Notify.Channel.Email)
            return new SkippedRecipientView(Email: value);
        if (recipient.Channel == Notify.Channel.Sms)
            return new SkippedRecipientView(Phone: value);
        if (recipient.Channel == Notify.Channel.Webhook)
            return new SkippedRecipientView(Webhook: value);
        if (recipient.Channel == Notify.Channel.Push)
            return new SkippedRecipientView(PushToken: Requests.PushToken.Mask(value), Platform: recipient.Platform);
        return new SkippedRecipientView(Channel: recipient.Channel, Address: value);
    }
}
