using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Reads one step of a fallback: <c>{"channel": "sms", "after": "PT5M"}</c>.</summary>
internal static class FallbackReader
{
    public static FallbackStep Read(JsonField item)
    {
        var step = new FallbackStep(default, default);
        foreach (var field in item.Members())
        {
            switch (field.Name)
            {
                case "channel":
                    step = step with { Channel = ChannelReader.Read(field) ?? default };
                    break;
                case "after":
                    step = step with { After = field.Duration() ?? default };
                    break;
                default:
                    field.Unknown("channel", "after");
                    break;
            }
        }

        return step;
    }
}
