using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>What a push service checks of the header Authorization: RFC 8292.</summary>
public static partial class VapidVerifier
{
    /// <exception cref="PushRefusal">401 for what is missing or wrong, 403 for another key than the subscription's.</exception>
    public static void Verify(HttpRequest request, string? applicationServerKey, DateTimeOffset now)
    {
        var key = Verify(request.Headers.Authorization.ToString(), $"{request.Scheme}://{request.Host}", now);
        if (applicationServerKey is not null && applicationServerKey != key)
            throw new PushRefusal(403, 109, "The VAPID key is not the one of the subscription.");
    }

    /// <summary>The key <c>k</c> of a header that is right.</summary>
    public static string Verify(string authorization, string origin, DateTimeOffset now)
    {
        var header = Header().Match(authorization);
        if (!header.Success)
            throw new PushRefusal(401, 109, "The header Authorization is no vapid t=, k=.");
        var token = header.Groups["t"].Value.Split('.');
        if (!IsSigned(token, Bytes(header.Groups["k"].Value)))
            throw new PushRefusal(401, 109, "The token's signature is wrong.");
        CheckClaims(JsonElement.Parse(Bytes(token[1])), origin, now);
        return header.Groups["k"].Value;
    }

    private static bool IsSigned(string[] token, byte[] key)
    {
        if (JsonElement.Parse(Bytes(token[0])).GetProperty("alg").GetString() != "ES256" || key.Length != 65)
            return false;
        using var verifier = ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = key[1..33], Y = key[33..] },
            }
        );
        return verifier.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Bytes(token[2]), HashAlgorithmName.SHA256);
    }

    private static void CheckClaims(JsonElement claims, string origin, DateTimeOffset now)
    {
        if (claims.GetProperty("aud").GetString() != origin)
            throw new PushRefusal(401, 109, "The token is for another push service.");
        var left = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) - now;
        if (left <= TimeSpan.Zero || left > TimeSpan.FromHours(24))
            throw new PushRefusal(401, 109, "The token is not valid for up to 24 hours from now.");
        if (!claims.TryGetProperty("sub", out var subject) || !Contact().IsMatch(subject.GetString()!))
            throw new PushRefusal(401, 109, "The token names no contact.");
    }

    private static byte[] Bytes(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
    }

    [GeneratedRegex("^vapid t=(?<t>[\\w-]+\\.[\\w-]+\\.[\\w-]+), ?k=(?<k>[\\w-]+)$")]
    private static partial Regex Header();

    [GeneratedRegex("^(mailto:|https:)")]
    private static partial Regex Contact();
}
