using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Notify.Providers.WebPush;

/// <summary>
/// The header <c>Authorization</c> for each push service (RFC 8292), signed twice a day instead of with every message.
/// </summary>
internal sealed class VapidTokens(WebPushOptions options, TimeProvider time) : IDisposable
{
    /// <summary>RFC 8292 section 2 allows 24 hours; half of them leave room for clocks that differ.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>
    /// Apple, "Sending web push notifications in web apps and browsers", asks for a token to be kept an hour at least.
    /// </summary>
    private static readonly TimeSpan RenewAhead = TimeSpan.FromHours(1);

    /// <summary>There are a handful of push services, but an endpoint is what a user says it is: memory stays bounded.</summary>
    private const int MaxOrigins = 1_000;

    private static readonly string Header = Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8);

    private readonly ConcurrentDictionary<string, Token> _tokens = new(StringComparer.Ordinal);
    private readonly Lock _signing = new();
    private readonly ECDsa _key = VapidKeys.TryImport(options.PublicKey!, options.PrivateKey!)!;
    private readonly string _publicKey = options.PublicKey!.TrimEnd('=');

    /// <summary>The header for a message to this endpoint, whose origin is the token's audience.</summary>
    public string AuthorizationFor(Uri endpoint)
    {
        var origin = endpoint.GetLeftPart(UriPartial.Authority);
        return Current(origin) ?? Renew(origin);
    }

    public void Dispose() => _key.Dispose();

    // A token from a time that has not come yet was signed before the clock was set back: its expiry may be too far off.
    private string? Current(string origin) =>
        _tokens.TryGetValue(origin, out var token)
        && token.ExpiresAt - time.GetUtcNow() is var left
        && left > RenewAhead
        && left <= Lifetime
            ? token.Authorization
            : null;

    private string Renew(string origin)
    {
        lock (_signing)
        {
            if (Current(origin) is { } renewed)
                return renewed;
            if (_tokens.Count >= MaxOrigins)
                _tokens.Clear();

            var expiresAt = time.GetUtcNow() + Lifetime;
            var authorization = $"vapid t={Sign(origin, expiresAt)}, k={_publicKey}";
            _tokens[origin] = new Token(authorization, expiresAt);
            return authorization;
        }
    }

    private string Sign(string audience, DateTimeOffset expiresAt)
    {
        var claims = new VapidClaims(audience, expiresAt.ToUnixTimeSeconds(), options.Subject!);
        var payload = JsonSerializer.SerializeToUtf8Bytes(claims, WebPushJson.Default.VapidClaims);
        var signed = $"{Header}.{Base64Url.EncodeToString(payload)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private sealed class Token(string authorization, DateTimeOffset expiresAt)
    {
        public string Authorization => authorization;

        public DateTimeOffset ExpiresAt => expiresAt;
    }
}

/// <summary>What a token says: RFC 8292 section 2.</summary>
internal sealed record VapidClaims(string Aud, long Exp, string Sub);
