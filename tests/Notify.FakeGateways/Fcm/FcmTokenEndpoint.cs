using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Fcm;

/// <summary>
/// Google's token endpoint, which issues access tokens for assertions signed by the service account (RFC 7523).
/// </summary>
internal sealed class FcmTokenEndpoint(TimeProvider time)
{
    public const string Path = "/token";

    /// <summary>
    /// Real access tokens are about this long. Each request carries one, so their length matters in benchmarks.
    /// </summary>
    private const int TokenBytes = 760;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3599);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _expiries = new();
    private readonly ConcurrentQueue<string> _issued = new();

    public FcmServiceAccount Account { get; set; } = null!;

    public string? Error { get; set; }

    public IReadOnlyList<string> Issued => [.. _issued];

    public void Revoke() => _expiries.Clear();

    public bool IsValid(string authorization) =>
        _expiries.TryGetValue(authorization, out var expiry) && time.GetUtcNow() < expiry;

    public async Task HandleAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (Error is not null)
            await RefuseAsync(context, Error, "The test asked for this error.");
        else if (form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer")
            await RefuseAsync(context, "unsupported_grant_type", "Invalid grant_type.");
        else if (Account.FindError(form["assertion"].ToString(), time.GetUtcNow()) is { } error)
            await RefuseAsync(context, "invalid_grant", error);
        else
            await IssueAsync(context);
    }

    private async Task IssueAsync(HttpContext context)
    {
        var token = "ya29.c." + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        _issued.Enqueue(token);
        _expiries[$"Bearer {token}"] = time.GetUtcNow() + Lifetime;
        context.Response.ContentType = "application/json; charset=UTF-8";
        await context.Response.WriteAsync(
            JsonSerializer.Serialize(
                new
                {
                    access_token = token,
                    expires_in = (int)Lifetime.TotalSeconds,
                    token_type = "Bearer",
                }
            )
        );
    }

    private static Task RefuseAsync(HttpContext context, string error, string description)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new { error, error_description = description }));
    }
}
