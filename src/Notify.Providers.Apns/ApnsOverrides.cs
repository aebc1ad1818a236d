using System.Globalization;
using System.Text;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Apns;

/// <summary>
/// Validates <c>Content.Overrides["apns"]</c>, which consists of headers and a payload that is merged into the payload of the
/// delivery. Errors that Apple would refuse ("Generating a remote notification" and "Sending notification requests to APNs") are
/// found before anything is sent.
/// </summary>
internal static class ApnsOverrides
{
    public const string Name = "apns";

    private const int MaxCollapseIdBytes = 64;

    private static readonly string[] PushTypes =
    [
        PushType.Alert,
        PushType.Background,
        PushType.Voip,
        PushType.PushToTalk,
        "complication",
        "controls",
        "fileprovider",
        "liveactivity",
        "location",
        "mdm",
        "widgets",
    ];

    public static IReadOnlyList<FieldError> FindErrors(JsonElement overrides)
    {
        var check = new OverrideCheck(Name);
        if (!check.IsObject("", overrides))
            return check.Errors;

        foreach (var member in overrides.EnumerateObject())
        {
            if (member.NameEquals("headers"))
                CheckHeaders(check, member.Value);
            else if (member.NameEquals("payload"))
                CheckPayload(check, member.Value);
            else
                check.Add(member.Name, FieldErrorCodes.UnknownField, "Only payload and headers are allowed.");
        }

        check.IsAtMost(overrides, PushType.GetMaxPayloadBytes(PushType.Voip));
        return check.Errors;
    }

    private static void CheckHeaders(OverrideCheck check, JsonElement headers)
    {
        if (headers.ValueKind != JsonValueKind.Object)
        {
            check.Add("headers", FieldErrorCodes.WrongType, "Must be an object.");
            return;
        }

        foreach (var header in headers.EnumerateObject())
            CheckHeader(check, $"headers.{header.Name}", header.Name, ApnsHeaders.ReadText(header.Value));

        // "Sending notification requests to APNs": priority 10 is an error for a background push.
        if (Has(headers, "apns-push-type", PushType.Background) && Has(headers, "apns-priority", "10"))
            check.Add("headers.apns-priority", FieldErrorCodes.Conflict, "Use 5 or 1 for a background push.");
    }

    private static bool Has(JsonElement headers, string name, string value) =>
        headers.TryGetProperty(name, out var header) && ApnsHeaders.ReadText(header) == value;

    private static void CheckHeader(OverrideCheck check, string path, string name, string? value)
    {
        if (value is not { Length: > 0 } || value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            check.Add(path, FieldErrorCodes.Invalid, "Must be a string or a number, in printable ASCII without spaces.");
            return;
        }

        var error = name switch
        {
            "apns-push-type" => PushTypes.Contains(value) ? null : $"Use one of {string.Join(", ", PushTypes)}.",
            "apns-priority" => value is "1" or "5" or "10" ? null : "Use 1, 5 or 10.",
            "apns-expiration" => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? null
                : "Must be a number of seconds since 1970-01-01 UTC, or 0.",
            "apns-collapse-id" => Encoding.UTF8.GetByteCount(value) <= MaxCollapseIdBytes
                ? null
                : $"Use at most {MaxCollapseIdBytes} bytes.",
            "apns-topic" => null,
            _ => "Use apns-push-type, apns-topic, apns-priority, apns-expiration or apns-collapse-id.",
        };
        if (error is not null)
            check.Add(path, FieldErrorCodes.Invalid, error);
    }

    private static void CheckPayload(OverrideCheck check, JsonElement payload)
    {
        if (payload.ValueKind != JsonValueKind.Object)
        {
            check.Add("payload", FieldErrorCodes.WrongType, "Must be an object.");
            return;
        }

        if (!payload.TryGetProperty("aps", out var aps))
            return;
        if (aps.ValueKind != JsonValueKind.Object)
        {
            check.Add("payload.aps", FieldErrorCodes.WrongType, "Must be an object. APNs refuses a payload without aps.");
            return;
        }

        foreach (var member in aps.EnumerateObject())
            CheckAps(check, $"payload.aps.{member.Name}", member.Name, member.Value);
    }

    private static void CheckAps(OverrideCheck check, string path, string name, JsonElement value)
    {
        switch (name)
        {
            case "alert" or "sound":
                if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Null))
                    check.Add(path, FieldErrorCodes.WrongType, "Must be a string or an object.");
                break;
            case "badge" or "content-available" or "mutable-content":
                check.IsWholeNumber(path, value);
                break;
            case "thread-id" or "category" or "target-content-id" or "interruption-level" or "filter-criteria" or "event":
                check.IsText(path, value);
                break;
        }
    }
}
