using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>
/// <c>Content.Overrides["fcm"]</c>: an object laid over the request's <c>message</c> as a JSON merge patch (RFC 7396). It may set
/// anything but the recipient.
/// </summary>
internal static class FcmOverrides
{
    private const string Name = "fcm";

    public static string? ErrorOf(Content content)
    {
        if (Of(content) is not { } overrides)
            return null;
        if (overrides.ValueKind != JsonValueKind.Object)
            return "the fcm override is no JSON object";
        return overrides.EnumerateObject().Any(member => member.Name is "token" or "topic" or "condition" or "name")
            ? "the fcm override names a recipient"
            : null;
    }

    public static JsonElement? Of(Content content) =>
        content.Overrides is { } overrides && overrides.TryGetValue(Name, out var value) ? value : null;
}
