using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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
    private const string Payload = "payload";
    private const int LongestCollapseId = 64;

    private static readonly Dictionary<string, string> NoData = [];

    /// <summary>Why the delivery cannot be written as a push, or null when it can.</summary>
    public static string? ProblemOf(Delivery delivery)
    {
        if (delivery.To.Value.Length == 0 || !delivery.To.Value.All(char.IsAsciiHexDigit))
            return "the address is no device token, which is hexadecimal";
        return delivery.Content.Overrides?.TryGetValue(Override, out var laidOver) == true && !IsPayloadAlone(laidOver)
            ? "overrides.apns must hold a payload alone: dotAPNS writes the headers"
            : null;
    }

    /// <summary>Writes a delivery that <see cref="ProblemOf"/> found no problem with.</summary>
    public ApplePush Compose(Delivery delivery)
    {
        var content = delivery.Content;
        var push = content.Push is { IsSilent: true } silent ? Silent(silent.Badge) : Shown(delivery);
        push.AddToken(delivery.To.Value).AddExpiration(delivery.ExpiresAt);
        if (delivery.CollapseKey is not null)
            push.AddCollapseId(CollapseIdOf(delivery.CollapseKey));
        if (toDevelopmentServer)
            push.SendToDevelopmentServer();

        push.CustomProperties = (content.Data ?? NoData)
            .Where(item => item.Key != Aps)
            .ToDictionary(item => item.Key, item => (object)item.Value);
        if (content.Push?.Link is { } link)
            push.CustomProperties["link"] = link;
        if (content.Push?.ImageUrl is { } image)
            push.CustomProperties["image"] = image;
        if (content.Overrides?.TryGetValue(Override, out var laidOver) == true)
            LayOver(push, laidOver.GetProperty(Payload));
        return push;
    }

    private static bool IsPayloadAlone(JsonElement laidOver) =>
        laidOver.EnumerateObject().Count() == 1
        && laidOver.TryGetProperty(Payload, out var payload)
        && payload.ValueKind == JsonValueKind.Object;

    // What the header cannot carry still collapses with its like, by its hash.
    private static string CollapseIdOf(string key) =>
        key.Length is > 0 and <= LongestCollapseId && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? key
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    // dotAPNS's own AddContentAvailable and AddMutableContent write a text where Apple documents a number.
    // A background push may not change the badge, which is seen: Apple counts it as an alert.
    private static ApplePush Silent(int? badge)
    {
        var push = badge is { } number
            ? new ApplePush(ApplePushType.Alert).SetPriority(5).AddBadge(number)
            : new ApplePush(ApplePushType.Background);
        return push.AddCustomProperty("content-available", 1, addToApsDict: true);
    }

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
        using var reader = new JsonTextReader(new StringReader(value.GetRawText()));
        reader.DateParseHandling = DateParseHandling.None;
        return JToken.ReadFrom(reader);
    }
}
