using System.Text.Json;
using System.Text.RegularExpressions;

namespace Notify.FakeGateways.Fcm;

/// <summary>
/// Checks a request as the service does ("REST Resource: projects.messages" and "ErrorCode" in the Firebase reference).
/// </summary>
internal static partial class FcmMessageRules
{
    private const int MaxPayload = 4096;
    private const int MaxTopicPayload = 2048;
    private const double MaxTtlSeconds = 2_419_200;

    private static readonly string[] Targets = ["token", "topic", "condition"];

    private static readonly Dictionary<string, string[]> Members = new()
    {
        [""] = ["message", "validate_only"],
        ["message"] =
        [
            "name",
            "data",
            "notification",
            "android",
            "webpush",
            "apns",
            "fcm_options",
            "token",
            "topic",
            "condition",
        ],
        ["message.notification"] = ["title", "body", "image"],
        ["message.android"] =
        [
            "collapse_key",
            "priority",
            "ttl",
            "restricted_package_name",
            "data",
            "notification",
            "fcm_options",
            "direct_boot_ok",
        ],
        ["message.android.notification"] =
        [
            "title",
            "body",
            "icon",
            "color",
            "sound",
            "tag",
            "click_action",
            "body_loc_key",
            "body_loc_args",
            "title_loc_key",
            "title_loc_args",
            "channel_id",
            "ticker",
            "sticky",
            "event_time",
            "local_only",
            "notification_priority",
            "visibility",
            "default_sound",
            "default_vibrate_timings",
            "default_light_settings",
            "vibrate_timings",
            "notification_count",
            "light_settings",
            "image",
        ],
        ["message.apns"] = ["headers", "payload", "fcm_options", "live_activity_token"],
        ["message.webpush"] = ["headers", "data", "notification", "fcm_options"],
        ["message.webpush.fcm_options"] = ["link", "analytics_label"],
    };

    /// <summary>Returns the error that the service would answer, or null if it accepts the request.</summary>
    public static FcmRefusal? FindRefusal(JsonElement request)
    {
        foreach (var (path, members) in Members)
        {
            if (FindMember(request, path) is { } block && FindUnknownMember(block, members) is { } unknown)
                return CreateRefusal(
                    path,
                    $"Invalid JSON payload received. Unknown name \"{unknown}\" at '{path}': Cannot find field.",
                    withCode: false
                );
        }

        return FindMember(request, "message") is { } message
            ? CheckTarget(message) ?? CheckData(message) ?? CheckBlocks(request) ?? CheckSize(message)
            : CreateRefusal("message", "Message is not set.");
    }

    private static FcmRefusal? CheckTarget(JsonElement message)
    {
        var targets = Targets.Where(target => message.TryGetProperty(target, out _)).ToArray();
        if (targets.Length == 0)
            return CreateRefusal("message", "Recipient of the message is not set.");
        if (targets.Length > 1)
            return CreateRefusal("message", "Invalid value (oneof), oneof field 'target' is already set.", withCode: false);

        var target = message.GetProperty(targets[0]).GetString()!;
        return targets[0] switch
        {
            "token" when !TokenForm().IsMatch(target) => CreateRefusal(
                "message.token",
                "The registration token is not a valid FCM registration token"
            ),
            "topic" when !TopicForm().IsMatch(target) => CreateRefusal("message.topic", "Invalid topic name"),
            "condition" when !target.Contains("in topics", StringComparison.Ordinal) => CreateRefusal(
                "message.condition",
                "Invalid condition"
            ),
            _ => null,
        };
    }

    private static FcmRefusal? CheckData(JsonElement message)
    {
        if (FindMember(message, "data") is not { } data)
            return null;

        var index = 0;
        foreach (var item in data.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
                return CreateRefusal(
                    $"message.data[{index}].value",
                    $"Invalid value at 'message.data[{index}].value' (TYPE_STRING)",
                    withCode: false
                );
            if (
                item.Name is "from" or "message_type"
                || item.Name.StartsWith("google.", StringComparison.Ordinal)
                || item.Name.StartsWith("gcm.", StringComparison.Ordinal)
            )
                return CreateRefusal("message.data", "Invalid data payload key");
            index++;
        }

        return null;
    }

    private static FcmRefusal? CheckBlocks(JsonElement request)
    {
        if (
            FindMember(request, "message.android.priority") is { } priority
            && priority.GetString()!.ToUpperInvariant() is not ("HIGH" or "NORMAL")
        )
            return CreateRefusal("message.android.priority", "Invalid value");
        if (FindMember(request, "message.android.ttl") is { } ttl && !IsDuration(ttl.GetString()!))
            return CreateRefusal("message.android.ttl", "Invalid duration format, or TTL out of range");
        if (
            FindMember(request, "message.webpush.fcm_options.link") is { } link
            && !link.GetString()!.StartsWith("https://", StringComparison.Ordinal)
        )
            return CreateRefusal("message.webpush.fcm_options.link", "Link URL must be HTTPS.");

        foreach (var path in (string[])["message.apns.headers", "message.webpush.headers"])
        {
            if (
                FindMember(request, path) is { } headers
                && headers.EnumerateObject().Any(header => header.Value.ValueKind != JsonValueKind.String)
            )
                return CreateRefusal(path, "Invalid value (TYPE_STRING)", withCode: false);
        }

        return null;
    }

    // The service's answer to a payload that is too large has only this message and no details.
    private static FcmRefusal? CheckSize(JsonElement message)
    {
        var size = GetSize(message, "notification") + GetSize(message, "data");
        return size > (message.TryGetProperty("token", out _) ? MaxPayload : MaxTopicPayload)
            ? new FcmRefusal(400, null, "Request contains an invalid argument.")
            : null;
    }

    private static int GetSize(JsonElement message, string block) =>
        FindMember(message, block) is not { } element
            ? 0
            : element
                .EnumerateObject()
                .Sum(item =>
                    System.Text.Encoding.UTF8.GetByteCount(item.Name)
                    + System.Text.Encoding.UTF8.GetByteCount(item.Value.GetString()!)
                );

    private static bool IsDuration(string ttl) =>
        DurationForm().IsMatch(ttl)
        && double.Parse(ttl[..^1], System.Globalization.CultureInfo.InvariantCulture) is >= 0 and <= MaxTtlSeconds;

    private static string? FindUnknownMember(JsonElement block, string[] members)
    {
        foreach (var member in block.EnumerateObject())
        {
            if (!members.Contains(member.Name) && !Array.Exists(members, name => ToCamelCase(name) == member.Name))
                return member.Name;
        }

        return null;
    }

    private static JsonElement? FindMember(JsonElement element, string path)
    {
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (
                element.ValueKind != JsonValueKind.Object
                || (!element.TryGetProperty(name, out var member) && !element.TryGetProperty(ToCamelCase(name), out member))
            )
                return null;
            element = member;
        }

        return element;
    }

    /// <summary>
    /// Google's APIs accept names in either form: firebase-admin writes <c>fcmOptions</c>, and Notify writes
    /// <c>fcm_options</c>.
    /// </summary>
    private static string ToCamelCase(string name) =>
        name.Contains('_', StringComparison.Ordinal)
            ? Underscore().Replace(name, letter => letter.Groups[1].Value.ToUpperInvariant())
            : name;

    private static FcmRefusal CreateRefusal(string field, string description, bool withCode = true) =>
        new(400, withCode ? "INVALID_ARGUMENT" : null, description, field);

    [GeneratedRegex("_(.)")]
    private static partial Regex Underscore();

    [GeneratedRegex("^[A-Za-z0-9_:-]{32,4096}$")]
    private static partial Regex TokenForm();

    [GeneratedRegex("^[a-zA-Z0-9-_.~%]+$")]
    private static partial Regex TopicForm();

    [GeneratedRegex(@"^\d+(\.\d{1,9})?s$")]
    private static partial Regex DurationForm();
}
