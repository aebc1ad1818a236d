using System.Text.Json;
using dotAPNS;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Notify.Queueing;

namespace Notify.Providers.DotApns;

/// <summary>Writes a delivery as dotAPNS's push.</summary>
internal sealed class PushComposer(bool toDevelopmentServer)
{
    private const string Override = "apns";
    private const string Aps = "aps";
    private const int LongestCollapseId = 64;

    /// <summary>Why the delivery cannot be written as a push, or null when it can.</summary>
    public static string? ProblemOf(Delivery delivery)
    {
        if (delivery.To.Value.Length == 0 || !delivery.To.Value.All(char.IsAsciiHexDigit))
            return "the address is no device token, which is hexadecimal";
        if (delivery.CollapseKey is { } key && (key.Length is 0 or > LongestCollapseId || key.Any(c => c is < ' ' or > '~')))
            return "the collapse key is not 1 to 64 printable ASCII characters";
        return delivery.Content.Data?.ContainsKey(Aps) == true ? "the data has the name 'aps', which is Apple's own" : null;
    }

    /// <summary>Writes a delivery that <see cref="ProblemOf"/> found no problem with.</summary>
    public ApplePush Compose(Delivery delivery)
    {
        var content = delivery.Content;
        var push = IsSilent(content) ? Silent() : Shown(delivery);
        push.AddToken(delivery.To.Value).AddExpiration(delivery.ExpiresAt);
        if (delivery.CollapseKey is not null)
            push.AddCollapseId(delivery.CollapseKey);
        if (toDevelopmentServer)
            push.SendToDevelopmentServer();

        push.CustomProperties = content.Data?.ToDictionary(item => item.Key, item => (object)item.Value) ?? [];
        if (content.Push?.Link is { } link)
            push.CustomProperties["link"] = link;
        if (content.Push?.ImageUrl is { } image)
            push.CustomProperties["image"] = image;
        if (content.Overrides?.TryGetValue(Override, out var laidOver) == true)
            LayOver(push, laidOver);
        return push;
    }

    private static bool IsSilent(Content content) => content.Push?.IsSilent == true;

    // dotAPNS's own AddContentAvailable and AddMutableContent write a text where Apple documents a number.
    private static ApplePush Silent() => new ApplePush(ApplePushType.Background).AddCustomProperty("content-available", 1, addToApsDict: true);

    private static ApplePush Shown(Delivery delivery)
    {
        var content = delivery.Content;
        var push = new ApplePush(ApplePushType.Alert).SetPriority(delivery.Priority == Priority.Bulk ? 5 : 10);
        if (content.Title is not null || content.Body is not null)
            push.AddAlert(content.Body is null ? null : content.Title, content.Body ?? content.Title!);
        if (content.Push is { } shown)
            Show(push, shown);
        return push;
    }

    private static void Show(ApplePush push, PushContent shown)
    {
        if (shown.Badge is { } badge)
            push.AddBadge(badge);
        if (!string.IsNullOrWhiteSpace(shown.Sound))
            push.AddSound(shown.Sound);
        if (!string.IsNullOrWhiteSpace(shown.Action))
            push.AddCategory(shown.Action);
        if (shown.Thread is not null)
            push.AddCustomProperty("thread-id", shown.Thread, addToApsDict: true);

        if (shown.ImageUrl is not null)
            push.AddCustomProperty("mutable-content", 1, addToApsDict: true);
    }

    private static void LayOver(ApplePush push, JsonElement laidOver)
    {
        foreach (var member in laidOver.EnumerateObject())
        {
            if (member.Name != Aps)
                push.CustomProperties[member.Name] = Plain(member.Value);
            else if (member.Value.ValueKind == JsonValueKind.Object)
                LayOverAps(push, member.Value);
        }
    }

    private static void LayOverAps(ApplePush push, JsonElement aps)
    {
        push.CustomApsProperties ??= new Dictionary<string, object>();
        foreach (var member in aps.EnumerateObject())
            push.CustomApsProperties[member.Name] = Plain(member.Value);
    }

    // dotAPNS serializes by Newtonsoft.Json, which knows no JsonElement and takes texts for dates unless it is told not to.
    private static JToken Plain(JsonElement value)
    {
        using var reader = new JsonTextReader(new StringReader(value.GetRawText())) { DateParseHandling = DateParseHandling.None };
        return JToken.ReadFrom(reader);
    }
}
