using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>
/// What an error's body says, as far as it is known: Firebase documents the codes, anybody may stand between us and the service.
/// Text of the body is never kept, for it may quote the message.
/// </summary>
/// <param name="Code">
/// The <c>errorCode</c> of google.firebase.fcm.v1.FcmError; null when there is none that is documented.
/// </param>
/// <param name="Field">The first field that google.rpc.BadRequest names; null when there is none of the message's.</param>
/// <param name="IsQuotaOfTarget">
/// Whether google.rpc.QuotaFailure speaks of a device or a topic, and not of the whole project.
/// </param>
internal sealed record FcmError(string? Code = null, string? Field = null, bool IsQuotaOfTarget = false)
{
    private static readonly FcmError Unknown = new();

    /// <summary>Firebase, "ErrorCode".</summary>
    private static readonly string[] Codes =
    [
        "UNSPECIFIED_ERROR",
        "INVALID_ARGUMENT",
        "UNREGISTERED",
        "SENDER_ID_MISMATCH",
        "QUOTA_EXCEEDED",
        "UNAVAILABLE",
        "INTERNAL",
        "THIRD_PARTY_AUTH_ERROR",
    ];

    private static readonly string[] Fields =
    [
        "message.token",
        "message.topic",
        "message.condition",
        "message.notification",
        "message.data",
        "message.android",
        "message.apns",
        "message.webpush",
        "message.fcm_options",
    ];

    public static FcmError Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Member(document.RootElement, "error") is { } error ? Of(Items(error, "details")) : Unknown;
        }
        catch (JsonException)
        {
            return Unknown;
        }
    }

    private static FcmError Of(IEnumerable<JsonElement> details)
    {
        var error = Unknown;
        foreach (var detail in details)
        {
            error = Text(detail, "@type") switch
            {
                "type.googleapis.com/google.firebase.fcm.v1.FcmError" => error with
                {
                    Code = error.Code ?? Array.Find(Codes, code => code == Text(detail, "errorCode")),
                },
                "type.googleapis.com/google.rpc.BadRequest" => error with { Field = error.Field ?? FieldOf(detail) },
                "type.googleapis.com/google.rpc.QuotaFailure" => error with { IsQuotaOfTarget = NamesTarget(detail) },
                _ => error,
            };
        }

        return error;
    }

    private static string? FieldOf(JsonElement badRequest)
    {
        foreach (var violation in Items(badRequest, "fieldViolations"))
        {
            var named = Text(violation, "field");
            if (
                Array.Find(Fields, field =>
                    named == field
                    || (named?.StartsWith(field, StringComparison.Ordinal) == true && named[field.Length] is '.' or '[')
                ) is
                { } field
            )
                return field;
        }

        return null;
    }

    // The reference names the three quotas in prose alone: "message rate", "device message rate", "topic message rate".
    private static bool NamesTarget(JsonElement quotaFailure) =>
        Items(quotaFailure, "violations")
            .Any(violation =>
                $"{Text(violation, "subject")} {Text(violation, "description")}" is var text
                && (
                    text.Contains("device", StringComparison.OrdinalIgnoreCase)
                    || text.Contains("topic", StringComparison.OrdinalIgnoreCase)
                )
            );

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];
}
