using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Notify.FakeGateways.Twilio;

/// <summary>A request as it came.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path.</param>
/// <param name="Authorization">Its credentials.</param>
/// <param name="ContentType">Its body's media type.</param>
/// <param name="Fields">Its form's fields.</param>
public sealed record TwilioRequest(
    string Method,
    string Path,
    string? Authorization,
    string? ContentType,
    IReadOnlyDictionary<string, string> Fields
)
{
    public string? To => Field("To");

    public string? From => Field("From");

    public string? MessagingServiceSid => Field("MessagingServiceSid");

    public string? Body => Field("Body");

    public static async Task<TwilioRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new FormReader(request.Body);
        var form = await reader.ReadFormAsync(request.HttpContext.RequestAborted);
        return new TwilioRequest(
            request.Method,
            request.Path,
            request.Headers.Authorization,
            request.ContentType,
            form.ToDictionary(field => field.Key, field => field.Value.ToString())
        );
    }

    public string? Field(string name) => Fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
