using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>Checks the header Authorization as RFC 8292 requires of push services.</summary>
public static partial class VapidVerifier
{
    /// <exception cref="PushRefusal">
    /// The header is missing or wrong (401), or its key is not the subscription's (403).
    /// </exception>
    public static void Verify(HttpRequest request, string? applicationServerKey, DateTimeOffset now)
    {
        var key = Verify(request.Headers.Authorization.ToString(), $"{request.Scheme}://{request.Host}", now);
        if (applicationServerKey is not null && applicationServerKey != key)
            throw new PushRefusal(403, 109, "The VAPID key is not the subscription's.");
    }

    /// <summary>Verifies the header and returns its key <c>k</c>.</summary>
    public static string Verify(string authorization, string origin, DateTimeOffset now)
    {
        var header = Header().Match(authorization);
        if (!header.Success)
            throw new PushRefusal(401, 109, "The header Authorization must have the form 'vapid t=…, k=…'.");
        var token = header.Groups["t"].Value.Split('.');
        if (!IsSigned(token, Decode(header.Groups["k"].Value)))
            throw new PushRefusal(401, 109, "The token's signature is not valid.");
        CheckClaims(JsonElement.Parse(Decode(token[1])), origin, now);
        return header.Groups["k"].Value;
    }

    private static bool IsSigned(string[] token, byte[] key)
    {
        if (JsonElement.Parse(Decode(token[0])).GetProperty("alg").GetString() != "ES256" || key.Length != 65)
            return false;
        using var verifier = ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = key[1..33], Y = key[33..] },
            }
        );
        return verifier.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Decode(token[2]), HashAlgorithmName.SHA256);
    }

    private static void CheckClaims(JsonElement claims, string origin, DateTimeOffset now)
    {
        if (claims.GetProperty("aud").GetString() != origin)
            throw new PushRefusal(401, 109, "The token is for another push service.");
        var left = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) - now;
        if (left <= TimeSpan.Zero || left > TimeSpan.FromHours(24))
            throw new PushRefusal(401, 109, "The token must expire within the next 24 hours.");
        if (!claims.TryGetProperty("sub", out var subject) || !Contact().IsMatch(subject.GetString()!))
            throw new PushRefusal(401, 109, "The token must name a contact in sub.");
    }

    private static byte[] Decode(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
    }

    [GeneratedRegex("^vapid t=(?<t>[\\w-]+\\.[\\w-]+\\.[\\w-]+), ?k=(?<k>[\\w-]+)$")]
    private static partial Regex Header();

    [GeneratedRegex("^(mailto:|https:)")]
    private static partial Regex Contact();
}
