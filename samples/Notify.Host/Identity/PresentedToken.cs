using System.Net.Http.Headers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Notify.Host.Identity;

/// <summary>Reads the token that a call presents.</summary>
internal static class PresentedToken
{
    /// <summary>Finds the token; null for a call without one. An API key is not a token, and is verified elsewhere.</summary>
    public static string? Find(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
        && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && header.Parameter is { } token
        && token.Count(character => character == '.') == 2
            ? token
            : null;

    /// <summary>Reads the token without verifying it; null if it is damaged.</summary>
    public static JsonWebToken? Read(HttpRequest request)
    {
        if (Find(request) is not { } token)
            return null;

        try
        {
            return new JsonWebToken(token);
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException or FormatException)
        {
            return null;
        }
    }
}
