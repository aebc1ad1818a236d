using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Reads the key that a call presents.</summary>
internal static class PresentedKey
{
    /// <summary>Reads the key; null if the call has no header <c>Authorization</c>, or another kind of credentials.</summary>
    public static string? Read(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            ? header.Scheme.ToUpperInvariant() switch
            {
                "BEARER" => header.Parameter,
                "BASIC" => ReadPassword(header.Parameter ?? ""),
                _ => null,
            }
            : null;

    /// <summary>
    /// Determines whether a call presents a key of Notify or a JSON Web Token, even if nothing requires one. If they are not
    /// valid, the call is refused instead of being served like one without credentials.
    /// </summary>
    public static bool IsOurs(HttpRequest request) =>
        Read(request) is { } key && (key.StartsWith("nk_", StringComparison.Ordinal) || IsToken(key));

    // The first part is a JSON object, which begins with {", in base64url (RFC 7515, section 7.1).
    private static bool IsToken(string key) =>
        key.StartsWith("eyJ", StringComparison.Ordinal) && key.Contains('.', StringComparison.Ordinal);

    /// <summary>
    /// Reads the password of HTTP Basic credentials: the base64 of user name, colon and password (RFC 7617, section 2). The user
    /// name is ignored.
    /// </summary>
    private static string? ReadPassword(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length))
            return null;

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }
}
