using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using dotAPNS;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Notify.Providers.DotApns;

/// <summary>Converts deliveries to pushes of dotAPNS.</summary>
internal sealed class PushComposer(bool toDevelopmentServer)
{
    private const string Override = "apns";
    private const string Aps = "aps";
    private const string Payload = "payload";
    private const int MaxCollapseIdLength = 64;

    private static readonly Dictionary<string, string> NoData = [];

    /// <summary>Finds the reason why a delivery cannot be sent. Returns null if there is none.</summary>
    public static string? FindError(Delivery delivery)
    {
        if (delivery.To.Value.Length == 0 || !delivery.To.Value.All(char.IsAsciiHexDigit))
            return "the address is not a device token, which is hexadecimal";
        return delivery.Content.Overrides?.TryGetValue(Override, out var overrides) == true && !HasOnlyPayload(overrides)
            ? "overrides.apns may contain only a payload, because dotAPNS writes the headers"
            : null;
    }

    /// <summary>Creates the push for a delivery in which <see cref="FindError"/> found no error.</summary>
    public ApplePush Compose(Delivery delivery)
    {
        var content = delivery.Content;
        var push = content.Push is { IsSilent: true } ? CreateSilent(delivery) : CreateVisible(delivery);
        push.AddToken(delivery.To.Value).AddExpiration(delivery.ExpiresAt);
        if (delivery.CollapseKey is not null)
            push.AddCollapseId(FormatCollapseId(delivery.CollapseKey));
        if (toDevelopmentServer)
            push.SendToDevelopmentServer();

        push.CustomProperties = (content.Data ?? NoData)
            .Where(item => item.Key != Aps)
            .ToDictionary(item => item.Key, item => (object)item.Value);
        if (content.Push?.Link is { } link)
            push.CustomProperties["link"] = link;
        if (content.Push?.ImageUrl is { } image)
            push.CustomProperties["image"] = image;
        if (content.Overrides?.TryGetValue(Override, out var overrides) == true)
            Merge(push, overrides.GetProperty(Payload));
        return push;
    }

    private static bool HasOnlyPayload(JsonElement overrides) =>
        overrides.EnumerateObject().Count() == 1
        && overrides.TryGetProperty(Payload, out var payload)
        && payload.ValueKind == JsonValueKind.Object;

    // A key that is too long or contains characters that a header cannot carry is replaced by its hash. Equal keys have equal
    // hashes, so they still collapse.
    private static string FormatCollapseId(string key) =>
        key.Length is > 0 and <= MaxCollapseIdLength && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? key
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    // The properties are added by hand, because AddContentAvailable and AddMutableContent of dotAPNS write a string where Apple
    // documents a number. A badge is visible, so Apple does not allow a background push to change it. A badge is sent as an
    // alert.
    private static ApplePush CreateSilent(Delivery delivery) =>
        delivery.Content.Push?.Badge is { } badge
            ? new ApplePush(ApplePushType.Alert).SetPriority(GetAlertPriority(delivery)).AddBadge(badge)
            : new ApplePush(ApplePushType.Background).AddCustomProperty("content-available", 1, addToApsDict: true);

    private static int GetAlertPriority(Delivery delivery) => delivery.Priority == Priority.Bulk ? 5 : 10;

    private static ApplePush CreateVisible(Delivery delivery)
    {
        var content = delivery.Content;
        var push = new ApplePush(ApplePushType.Alert).SetPriority(GetAlertPriority(delivery));
        if (content.Title is not null || content.Body is not null)
            push.AddAlert(content.Body is null ? null : content.Title, content.Body ?? content.Title!);
        if (content.Push is { } options)
            AddAppearance(push, options);
        return push;
    }

    private static void AddAppearance(ApplePush push, PushContent options)
    {
        if (options.Badge is { } badge)
            push.AddBadge(badge);
        if (!string.IsNullOrWhiteSpace(options.Sound))
            push.AddSound(options.Sound);
        if (!string.IsNullOrWhiteSpace(options.Action))
            push.AddCategory(options.Action);
        if (options.Thread is not null)
            push.AddCustomProperty("thread-id", options.Thread, addToApsDict: true);

        if (options.ImageUrl is not null)
            push.AddCustomProperty("mutable-content", 1, addToApsDict: true);
    }

    private static void Merge(ApplePush push, JsonElement payload)
    {
        foreach (var member in payload.EnumerateObject())
        {
            if (member.Name != Aps)
                push.CustomProperties[member.Name] = ToJToken(member.Value);
            else if (member.Value.ValueKind == JsonValueKind.Object)
                MergeAps(push, member.Value);
        }
    }

    private static void MergeAps(ApplePush push, JsonElement aps)
    {
        push.CustomApsProperties ??= new Dictionary<string, object>();
        foreach (var member in aps.EnumerateObject())
            push.CustomApsProperties[member.Name] = ToJToken(member.Value);
    }

    // dotAPNS serializes with Newtonsoft.Json, which does not support JsonElement and by default parses strings that look like
    // dates.
    private static JToken ToJToken(JsonElement value)
    {
        using var reader = new JsonTextReader(new StringReader(value.GetRawText()));
        reader.DateParseHandling = DateParseHandling.None;
        return JToken.ReadFrom(reader);
    }
}
