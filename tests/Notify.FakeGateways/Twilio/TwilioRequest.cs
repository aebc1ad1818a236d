using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Notify.FakeGateways.Twilio;

/// <summary>A request as it was received.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path of the URL.</param>
/// <param name="Authorization">The header Authorization.</param>
/// <param name="ContentType">The media type of the body.</param>
/// <param name="Fields">The fields of the form in the body.</param>
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
