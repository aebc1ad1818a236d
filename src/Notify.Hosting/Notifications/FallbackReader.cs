using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Reads one step of a fallback: <c>{"channel": "sms", "after": "PT5M"}</c>.</summary>
internal static class FallbackReader
{
    /// <summary>The receipts that cancel a later step.</summary>
    public static IReadOnlyDictionary<string, ReceiptKind> Conditions { get; } =
        ((ReceiptKind[])[ReceiptKind.Delivered, ReceiptKind.Opened, ReceiptKind.Clicked]).ToDictionary(
            kind => kind.Name,
            StringComparer.Ordinal
        );

    public static FallbackStep Read(JsonField item)
    {
        var step = new FallbackStep(default, default);
        var waits = false;
        foreach (var field in item.Members())
        {
            switch (field.Name)
            {
                case "channel":
                    step = step with { Channel = ChannelReader.Read(field) ?? default };
                    break;
                case "after":
                    waits = true;
                    step = step with { After = field.Duration() ?? default };
                    break;
                case "unless":
                    step = step with { Unless = field.GetOne(Conditions) };
                    break;
                default:
                    field.Unknown("channel", "after", "unless");
                    break;
            }
        }

        if (item.IsObject && !waits)
            item.Missing("after", "Use 1 second to 7 days, or 0 to use the channel together with the one before.");
        return step;
    }
}
