using Notify.Core.Validation;

namespace Notify.Core.EventSubscriptions;

/// <summary>Finds the errors of event subscriptions.</summary>
internal static class EventSubscriptionRules
{
    public const int MaxUrlLength = 2_048;

    /// <summary>
    /// The types and groups that can be subscribed to. A provider's own kinds of receipts belong to their group.
    /// </summary>
    public static readonly IReadOnlyList<string> Types =
    [
        "notification.*",
        NotifyEventTypes.NotificationAccepted,
        NotifyEventTypes.NotificationCancelled,
        "delivery.*",
        NotifyEventTypes.DeliverySent,
        NotifyEventTypes.DeliveryFailed,
        NotifyEventTypes.DeliveryRetried,
        NotifyEventTypes.DeliveryPostponed,
        NotifyEventTypes.DeliveryCancelled,
        "device.*",
        NotifyEventTypes.DeviceRegistered,
        NotifyEventTypes.DeviceUpdated,
        NotifyEventTypes.DevicePruned,
        NotifyEventTypes.DeviceRemoved,
        "receipt.*",
        .. ReceiptKind.WellKnown.Select(NotifyEventTypes.FromReceipt),
    ];

    private static readonly string Groups = string.Join(", ", Types.Where(type => type.EndsWith('*')));

    public static IEnumerable<FieldError> FindErrors(EventSubscriptionDraft draft)
    {
        if (Names.FindError("tenant", draft.Tenant) is { } tenantError)
            yield return tenantError;
        if (FindUrlError(draft.Url) is { } urlError)
            yield return urlError;
        foreach (var error in FindTypeErrors(draft.Types))
            yield return error;
        if (draft.Description is not null && Names.FindError("description", draft.Description) is { } descriptionError)
            yield return descriptionError;
    }

    private static FieldError? FindUrlError(string? url)
    {
        if (string.IsNullOrEmpty(url))
            return new FieldError("url", FieldErrorCodes.Required, "The URL to post the events to is required.");
        if (url.Length > MaxUrlLength)
            return new FieldError("url", FieldErrorCodes.TooLong, $"Use at most {MaxUrlLength} characters.");
        return AddressFormat.FindError(Channel.Webhook, url) is null
            ? null
            : new FieldError("url", FieldErrorCodes.Invalid, "Use an absolute http or https URL without user information.");
    }

    private static IEnumerable<FieldError> FindTypeErrors(IReadOnlyList<string> types)
    {
        if (types is null or { Count: 0 })
            yield return new FieldError("types", FieldErrorCodes.Required, "Give at least one type, such as delivery.*.");
        if (types?.Count > Types.Count)
            yield return new FieldError("types", FieldErrorCodes.TooMany, $"Give at most {Types.Count} types.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(types?.Count ?? 0, Types.Count); i++)
        {
            if (!Types.Contains(types![i]))
                yield return new FieldError(
                    $"types[{i}]",
                    FieldErrorCodes.Invalid,
                    $"Use a type such as delivery.sent, or a group: {Groups}."
                );
            else if (!seen.Add(types[i]))
                yield return new FieldError($"types[{i}]", FieldErrorCodes.Duplicate, "This type occurs more than once.");
        }
    }
}
