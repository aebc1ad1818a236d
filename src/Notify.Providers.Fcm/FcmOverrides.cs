using System.Text.Json;
using System.Text.RegularExpressions;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>
/// Validates <c>Content.Overrides["fcm"]</c>, an object that is applied to the request's <c>message</c> as a JSON merge patch
/// (RFC 7396). It may set anything except the recipient. Members that the service would refuse (Firebase, "REST Resource:
/// projects.messages") are found before anything is sent. Unknown members inside a block are passed on, because the service may
/// have learned new ones.
/// </summary>
internal static partial class FcmOverrides
{
    public const string Name = "fcm";

    public static string? FindError(Content content) =>
        Get(content) is { } overrides && FindErrors(overrides).Count > 0
            ? "overrides.fcm has members that FCM does not accept"
            : null;

    public static JsonElement? Get(Content content) =>
        content.Overrides is { } overrides && overrides.TryGetValue(Name, out var value) ? value : null;

    public static IReadOnlyList<FieldError> FindErrors(JsonElement overrides)
    {
        var check = new OverrideCheck(Name);
        if (!check.IsObject("", overrides))
            return check.Errors;

        check.IsAtMost(overrides, FcmSize.MaxBytes);
        foreach (var member in overrides.EnumerateObject())
            CheckMember(check, member.Name, member.Value);
        return check.Errors;
    }

    private static void CheckMember(OverrideCheck check, string name, JsonElement value)
    {
        switch (name)
        {
            case "token" or "topic" or "condition" or "name":
                check.Add(name, FieldErrorCodes.NotAllowed, "The recipient cannot be overridden.");
                break;
            case "data":
                CheckData(check, name, value);
                break;
            case "notification":
                CheckTexts(check, name, value, "title", "body", "image");
                break;
            case "android":
                CheckAndroid(check, value);
                break;
            case "apns":
                CheckApns(check, value);
                break;
            case "webpush":
                CheckWebPush(check, value);
                break;
            case "fcm_options" or "fcmOptions":
                CheckTexts(check, name, value, "analytics_label", "analyticsLabel");
                break;
            default:
                check.Add(name, FieldErrorCodes.UnknownField, "An FCM message has no member of this name.");
                break;
        }
    }

    private static void CheckAndroid(OverrideCheck check, JsonElement android)
    {
        const string Block = "android";
        if (!check.IsObject(Block, android))
            return;

        CheckTexts(check, Block, android, "collapse_key", "collapseKey", "restricted_package_name", "restrictedPackageName");
        if (Find(check, Block, android, "priority") is { } priority && priority.ToUpperInvariant() is not ("HIGH" or "NORMAL"))
            check.Add("android.priority", FieldErrorCodes.Invalid, "Use HIGH or NORMAL.");
        if (Find(check, Block, android, "ttl") is { } ttl && !Seconds().IsMatch(ttl))
            check.Add("android.ttl", FieldErrorCodes.Invalid, "Use seconds followed by an s, such as 3600s.");
        CheckData(check, "android.data", GetMember(android, "data"));
        CheckTexts(
            check,
            "android.notification",
            GetMember(android, "notification"),
            "title",
            "body",
            "icon",
            "color",
            "sound",
            "tag"
        );
    }

    private static void CheckApns(OverrideCheck check, JsonElement apns)
    {
        if (!check.IsObject("apns", apns))
            return;

        if (GetMember(apns, "headers") is { ValueKind: not JsonValueKind.Undefined } headers)
            check.IsMapOfTexts("apns.headers", headers);
        if (GetMember(apns, "payload") is not { ValueKind: not JsonValueKind.Undefined } payload)
            return;
        if (
            check.IsObject("apns.payload", payload) && GetMember(payload, "aps") is { ValueKind: not JsonValueKind.Undefined } aps
        )
            check.IsObject("apns.payload.aps", aps);
    }

    private static void CheckWebPush(OverrideCheck check, JsonElement webPush)
    {
        if (!check.IsObject("webpush", webPush))
            return;

        if (GetMember(webPush, "headers") is { ValueKind: not JsonValueKind.Undefined } headers)
            check.IsMapOfTexts("webpush.headers", headers);
        CheckData(check, "webpush.data", GetMember(webPush, "data"));
        if (GetMember(webPush, "notification") is { ValueKind: not JsonValueKind.Undefined } notification)
            check.IsObject("webpush.notification", notification);
        if (
            GetMember(webPush, "fcm_options") is { ValueKind: JsonValueKind.Object } options
            && Find(check, "webpush.fcm_options", options, "link") is { } link
            && !link.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        )
            check.Add("webpush.fcm_options.link", FieldErrorCodes.Invalid, "Use an https URL.");
    }

    private static void CheckData(OverrideCheck check, string path, JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Undefined || !check.IsMapOfTexts(path, data))
            return;
        foreach (var member in data.EnumerateObject().Where(member => FcmData.IsReserved(member.Name)))
            check.Add($"{path}.{member.Name}", FieldErrorCodes.NotAllowed, FcmData.Reserved);
    }

    private static void CheckTexts(OverrideCheck check, string path, JsonElement block, params ReadOnlySpan<string> names)
    {
        if (block.ValueKind == JsonValueKind.Undefined || !check.IsObject(path, block))
            return;
        foreach (var name in names)
            Find(check, path, block, name);
    }

    private static string? Find(OverrideCheck check, string path, JsonElement block, string name) =>
        GetMember(block, name) is { ValueKind: not JsonValueKind.Undefined } value && check.IsText($"{path}.{name}", value)
            ? value.GetString()
            : null;

    private static JsonElement GetMember(JsonElement block, string name) =>
        block.ValueKind == JsonValueKind.Object && block.TryGetProperty(name, out var value) ? value : default;

    /// <summary>Matches a duration in the form of Protocol Buffers ("JSON Mapping", Duration).</summary>
    [GeneratedRegex(@"^\d{1,12}(\.\d{1,9})?s$")]
    private static partial Regex Seconds();
}
