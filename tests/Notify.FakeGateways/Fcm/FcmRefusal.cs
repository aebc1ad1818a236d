using System.Text.Json;

namespace Notify.FakeGateways.Fcm;

/// <summary>An error in the form of the v1 API: a google.rpc.Status whose details have the documented types.</summary>
internal sealed record FcmRefusal(int Status, string? ErrorCode, string Message, string? Field = null)
{
    /// <summary>A body in any other form, which is sent instead.</summary>
    public string? Body { get; init; }

    public string ToJson() =>
        Body
        ?? JsonSerializer.Serialize(
            new
            {
                error = new
                {
                    code = Status,
                    message = Message,
                    status = CanonicalStatus,
                    details = Details(),
                },
            }
        );

    /// <summary>The google.rpc.Code that belongs to the HTTP status.</summary>
    private string CanonicalStatus =>
        Status switch
        {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };

    private IEnumerable<Dictionary<string, object>> Details()
    {
        if (ErrorCode is not null)
        {
            yield return new() { ["@type"] = "type.googleapis.com/google.firebase.fcm.v1.FcmError", ["errorCode"] = ErrorCode };
        }

        if (Field is not null)
        {
            yield return new()
            {
                ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
                ["fieldViolations"] = new[] { new { field = Field, description = Message } },
            };
        }
    }
}
