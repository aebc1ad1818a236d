using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Notify.FakeGateways.Apns;

/// <summary>Checks provider tokens by the rules of Apple's "Establishing a token-based connection to APNs".</summary>
internal sealed class ApnsTokenCheck(ECDsa key, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinUpdateInterval = TimeSpan.FromMinutes(20);
    private static readonly ApnsRefusal Invalid = new(403, "InvalidProviderToken");

    private readonly ConcurrentDictionary<string, DateTimeOffset> _issued = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Dictionary<string, DateTimeOffset>> _seen = new(StringComparer.Ordinal);

    /// <summary>The tokens that were valid when they were first used.</summary>
    public IReadOnlyCollection<string> Tokens => [.. _issued.Keys];

    /// <summary>Checks a request's token. Returns null if it is valid.</summary>
    public ApnsRefusal? Check(string authorization, string connection)
    {
        if (authorization.Length == 0)
            return new ApnsRefusal(403, "MissingProviderToken");
        if (!authorization.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase))
            return Invalid;

        var token = authorization["bearer ".Length..];
        if (!_issued.TryGetValue(token, out var issuedAt))
        {
            if (ReadIssueTime(token) is not { } read)
                return Invalid;
            issuedAt = read;
        }

        if (time.GetUtcNow() - issuedAt > MaxAge)
            return new ApnsRefusal(403, "ExpiredProviderToken");
        if (IsTooFrequent(token, connection))
            return new ApnsRefusal(429, "TooManyProviderTokenUpdates");
        _issued[token] = issuedAt;
        return null;
    }

    private bool IsTooFrequent(string token, string connection)
    {
        var seen = _seen.GetOrAdd(connection, _ => []);
        lock (seen)
        {
            var now = time.GetUtcNow();
            if (seen.ContainsKey(token))
                return false;
            if (seen.Values.Any(first => now - first < MinUpdateInterval))
                return true;
            seen[token] = now;
            return false;
        }
    }

    private DateTimeOffset? ReadIssueTime(string token)
    {
        try
        {
            var parts = token.Split('.');
            var header = JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(parts[0]));
            var claims = JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(parts[1]));
            var isSigned = key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256
            );
            var isOurs =
                header.GetProperty("alg").GetString() == "ES256"
                && header.GetProperty("kid").GetString() == ApnsGateway.KeyId
                && claims.GetProperty("iss").GetString() == ApnsGateway.TeamId;
            return isSigned && isOurs ? DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("iat").GetInt64()) : null;
        }
        catch (Exception exception)
            when (exception
                    is FormatException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or IndexOutOfRangeException
            )
        {
            return null;
        }
    }
}
