using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Identity;

/// <summary>The endpoints by which a <see cref="TestIssuer"/> signs people in: authorization code with PKCE.</summary>
internal sealed class AuthorizationCodes(TestIssuer issuer)
{
    private readonly ConcurrentDictionary<string, Request> _codes = new();

    public JsonObject? Person { get; set; }

    public ConcurrentQueue<string> EndedSessions { get; } = new();

    public JsonObject Describe() =>
        new()
        {
            ["issuer"] = issuer.Url,
            ["jwks_uri"] = $"{issuer.Url}/keys",
            ["authorization_endpoint"] = $"{issuer.Url}/authorize",
            ["token_endpoint"] = $"{issuer.Url}/token",
            ["end_session_endpoint"] = $"{issuer.Url}/end-session",
            ["response_types_supported"] = new JsonArray("code"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
        };

    /// <summary>Sends the browser back with a code, or with an error if the person refuses.</summary>
    public IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["response_type"] != "code" || query["code_challenge_method"] != "S256")
            return Results.BadRequest("Only codes with PKCE.");

        var back = $"{query["redirect_uri"]}?state={Uri.EscapeDataString(query["state"].ToString())}";
        if (Person is not { } person)
            return Results.Redirect($"{back}&error=access_denied");

        var code = Guid.NewGuid().ToString("N");
        _codes[code] = new Request(
            $"{query["client_id"]}",
            $"{query["redirect_uri"]}",
            $"{query["nonce"]}",
            $"{query["code_challenge"]}",
            person.DeepClone().AsObject()
        );
        return Results.Redirect($"{back}&code={code}");
    }

    /// <summary>Ends the session of the person that an ID token names.</summary>
    public IResult EndSession(HttpRequest request)
    {
        EndedSessions.Enqueue($"{request.Query["client_id"]} {request.Query["id_token_hint"]}");
        return Results.Content("<h1>Signed out</h1>", "text/html");
    }

    /// <summary>Exchanges a code for tokens, once, and only with the verifier of its challenge.</summary>
    public async Task<IResult> RedeemAsync(HttpRequest call)
    {
        var form = await call.ReadFormAsync();
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{form["code_verifier"]}"));
        if (
            !_codes.TryRemove($"{form["code"]}", out var request)
            || request.Challenge != Base64Url.EncodeToString(hash)
            || request.RedirectUri != form["redirect_uri"]
            || request.ClientId != form["client_id"]
        )
            return Results.BadRequest(new { error = "invalid_grant" });

        var claims = issuer.CreateClaims("nobody");
        claims["aud"] = request.ClientId;
        claims["nonce"] = request.Nonce;
        foreach (var (name, value) in request.Person)
            claims[name] = value?.DeepClone();
        return TestIssuer.Json(
            new()
            {
                ["access_token"] = "opaque",
                ["token_type"] = "Bearer",
                ["expires_in"] = 300,
                ["id_token"] = issuer.Sign(claims),
            }
        );
    }

    private sealed record Request(string ClientId, string RedirectUri, string Nonce, string Challenge, JsonObject Person);
}
