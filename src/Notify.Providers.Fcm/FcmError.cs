using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>
/// The documented parts of an error's body. The body may also come from a proxy between Notify and the service, so everything
/// that Firebase does not document is ignored. Free text is never kept, because it may quote the message.
/// </summary>
public sealed record FcmError
{
    private static readonly FcmError Unknown = new();

    /// <summary>The codes that Firebase documents ("ErrorCode").</summary>
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

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public FcmError() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="code">
    /// The <c>errorCode</c> of google.firebase.fcm.v1.FcmError, or null if the body has no documented one.
    /// </param>
    /// <param name="field">The first field of the message that google.rpc.BadRequest names, or null if it names none.</param>
    /// <param name="isQuotaOfTarget">
    /// Whether google.rpc.QuotaFailure concerns one device or topic, and not the whole project.
    /// </param>
    [SetsRequiredMembers]
    public FcmError(string? code = null, string? field = null, bool isQuotaOfTarget = false)
    {
        Code = code;
        Field = field;
        IsQuotaOfTarget = isQuotaOfTarget;
    }

    /// <summary>
    /// Gets the <c>errorCode</c> of google.firebase.fcm.v1.FcmError, or null if the body has no documented one.
    /// </summary>
    public string? Code { get; init; }

    /// <summary>Gets the first field of the message that google.rpc.BadRequest names, or null if it names none.</summary>
    public string? Field { get; init; }

    /// <summary>Gets whether google.rpc.QuotaFailure concerns one device or topic, and not the whole project.</summary>
    public bool IsQuotaOfTarget { get; init; }

    /// <summary>Reads the error from an answer's body. A body that FCM did not write results in an empty error.</summary>
    /// <param name="body">The body.</param>
    public static FcmError Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return GetMember(document.RootElement, "error") is { } error ? FromDetails(GetItems(error, "details")) : Unknown;
        }
        catch (JsonException)
        {
            return Unknown;
        }
    }

    private static FcmError FromDetails(IEnumerable<JsonElement> details)
    {
        var error = Unknown;
        foreach (var detail in details)
        {
            error = GetText(detail, "@type") switch
            {
                "type.googleapis.com/google.firebase.fcm.v1.FcmError" => error with
                {
                    Code = error.Code ?? Array.Find(Codes, code => code == GetText(detail, "errorCode")),
                },
                "type.googleapis.com/google.rpc.BadRequest" => error with { Field = error.Field ?? FindField(detail) },
                "type.googleapis.com/google.rpc.QuotaFailure" => error with { IsQuotaOfTarget = NamesTarget(detail) },
                _ => error,
            };
        }

        return error;
    }

    private static string? FindField(JsonElement badRequest)
    {
        foreach (var violation in GetItems(badRequest, "fieldViolations"))
        {
            var named = GetText(violation, "field");
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

    // The reference distinguishes the three quotas only in prose ("message rate", "device message rate", "topic message rate"),
    // so the text is searched for the word that names the target.
    private static bool NamesTarget(JsonElement quotaFailure) =>
        GetItems(quotaFailure, "violations")
            .Any(violation =>
                $"{GetText(violation, "subject")} {GetText(violation, "description")}" is var text
                && (
                    text.Contains("device", StringComparison.OrdinalIgnoreCase)
                    || text.Contains("topic", StringComparison.OrdinalIgnoreCase)
                )
            );

    private static JsonElement? GetMember(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? GetText(JsonElement element, string name) =>
        GetMember(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static IEnumerable<JsonElement> GetItems(JsonElement element, string name) =>
        GetMember(element, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];
}
