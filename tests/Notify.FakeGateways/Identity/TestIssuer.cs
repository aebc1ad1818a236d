using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notify.TestSupport;

namespace Notify.FakeGateways.Identity;

/// <summary>
/// An identity provider on the loopback address, with a discovery document and keys. The tests sign its tokens, or sign a person
/// in who comes with a browser (authorization code with PKCE).
/// </summary>
public sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AuthorizationCodes _codes;
    private readonly List<(string Id, ECDsa Key)> _keys = [];

    private TestIssuer(WebApplication app, string url)
    {
        (_app, Url) = (app, url);
        _codes = new AuthorizationCodes(this);
        Rotate();
    }

    public string Url { get; }

    /// <summary>Gets or sets the claims of the person who is at the browser; null for one who refuses to sign in.</summary>
    public JsonObject? Person
    {
        get => _codes.Person;
        set => _codes.Person = value;
    }

    /// <summary>Gets the client and the ID token of each session that was ended.</summary>
    public IEnumerable<string> EndedSessions => _codes.EndedSessions;

    /// <summary>Gets the ID of the key that signs.</summary>
    public string KeyId => _keys[^1].Id;

    public static async Task<TestIssuer> StartAsync(string? url = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        url ??= $"http://127.0.0.1:{FreePort.Next()}";
        app.Urls.Add(url);
        var issuer = new TestIssuer(app, url);
        app.MapGet("/.well-known/openid-configuration", () => Json(issuer._codes.Describe()));
        app.MapGet("/authorize", issuer._codes.Authorize);
        app.MapPost("/token", issuer._codes.RedeemAsync);
        app.MapGet("/end-session", issuer._codes.EndSession);
        app.MapGet("/keys", () => Json(new() { ["keys"] = issuer.GetKeys() }));
        await app.StartAsync();
        return issuer;
    }

    /// <summary>Adds a key, which signs from now on.</summary>
    public void Rotate() => _keys.Add(($"key-{_keys.Count + 1}", ECDsa.Create(ECCurve.NamedCurves.nistP256)));

    /// <summary>Creates the claims of a valid token, which a test may change.</summary>
    public JsonObject CreateClaims(string subject, params ReadOnlySpan<(string Name, JsonNode? Value)> more)
    {
        var now = DateTimeOffset.UtcNow;
        var claims = new JsonObject
        {
            ["iss"] = Url,
            ["aud"] = "notify",
            ["sub"] = subject,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in more)
            claims[name] = value;
        return claims;
    }

    /// <summary>Creates a token that is signed with the newest key.</summary>
    public string Sign(JsonObject claims) => Sign(claims, "ES256", KeyId, _keys[^1].Key);

    /// <summary>Creates a token that is signed with a certain key, or not at all.</summary>
    public static string Sign(JsonObject claims, string algorithm, string keyId, ECDsa? key)
    {
        var header = new JsonObject
        {
            ["alg"] = algorithm,
            ["typ"] = "at+jwt",
            ["kid"] = keyId,
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return key is null
            ? $"{signed}."
            : $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Creates a token whose HMAC has the public key as its secret.</summary>
    public string SignWithPublicKey(JsonObject claims)
    {
        var header = new JsonObject
        {
            ["alg"] = "HS256",
            ["typ"] = "JWT",
            ["kid"] = KeyId,
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var hash = HMACSHA256.HashData(_keys[^1].Key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(hash)}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var (_, key) in _keys)
            key.Dispose();
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    internal static IResult Json(JsonObject json) => Results.Content(json.ToJsonString(), "application/json");

    private JsonArray GetKeys() => [.. _keys.ToArray().Select(known => (JsonNode)Describe(known.Id, known.Key))];

    private static JsonObject Describe(string id, ECDsa key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["use"] = "sig",
            ["alg"] = "ES256",
            ["kid"] = id,
            ["x"] = Base64Url.EncodeToString(parameters.Q.X),
            ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
        };
    }
}
