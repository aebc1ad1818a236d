using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Notify.Providers.WebPush;

/// <summary>
/// The Authorization headers for push services (RFC 8292). A header is signed about twice a day per push service and not for
/// every message.
/// </summary>
internal sealed class VapidTokens(WebPushOptions options, TimeProvider time) : IDisposable
{
    /// <summary>
    /// The lifetime of a token. RFC 8292, section 2, allows 24 hours; half of that leaves a margin for clocks that differ.
    /// </summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>
    /// The remaining lifetime at which a token is renewed. Apple asks senders to use a token for at least an hour ("Sending web
    /// push notifications in web apps and browsers").
    /// </summary>
    private static readonly TimeSpan RenewAhead = TimeSpan.FromHours(1);

    /// <summary>
    /// The maximum number of tokens kept. There are only a handful of push services, but users can register any endpoint, and
    /// memory must stay bounded.
    /// </summary>
    private const int MaxOrigins = 1_000;

    private static readonly string Header = Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8);

    private readonly ConcurrentDictionary<string, Token> _tokens = new(StringComparer.Ordinal);
    private readonly Lock _signing = new();
    private readonly ECDsa _key = VapidKeys.TryImport(options.PublicKey!, options.PrivateKey!)!;
    private readonly string _publicKey = options.PublicKey!.TrimEnd('=');

    /// <summary>Gets the header for a message to an endpoint, whose origin is the token's audience.</summary>
    public string GetAuthorization(Uri endpoint)
    {
        var origin = endpoint.GetLeftPart(UriPartial.Authority);
        return FindCurrent(origin) ?? Renew(origin);
    }

    public void Dispose() => _key.Dispose();

    // The upper bound matters after the clock has been set back: a token that was signed before may then expire more than 24
    // hours from now, which push services refuse.
    private string? FindCurrent(string origin) =>
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
            // Another thread may have renewed the token while this one waited for the lock.
            if (FindCurrent(origin) is { } renewed)
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

/// <summary>The claims of a token (RFC 8292, section 2).</summary>
internal sealed record VapidClaims(string Aud, long Exp, string Sub);
