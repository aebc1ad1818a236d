using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.FakeGateways;

namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>A fake of FCM that gives one fixed answer and records its requests.</summary>
internal sealed class Vendor : IAsyncDisposable
{
    private readonly ConcurrentQueue<JsonElement> _requests = new();
    private GatewayServer? _server;

    public Uri Address => _server!.Address;

    /// <summary>Gets the bodies of all requests in order.</summary>
    public IReadOnlyList<JsonElement> Requests => [.. _requests];

    public string? Authorization { get; private set; }

    public static async Task<Vendor> StartAsync(int status, string answer, string? retryAfter = null)
    {
        var vendor = new Vendor();
        vendor._server = await GatewayServer.StartAsync(
            context => vendor.AnswerAsync(context, status, answer, retryAfter),
            tls: false
        );
        return vendor;
    }

    public static Task<Vendor> StartAsync() => StartAsync(200, """{"name":"projects/shop/messages/0:1"}""");

    /// <summary>
    /// Creates an error in FCM's documented form: <c>google.rpc.Status</c> with an <c>FcmError</c> among its details.
    /// </summary>
    public static string Error(int code, string status, string errorCode, Dictionary<string, object>? detail = null) =>
        JsonSerializer.Serialize(
            new
            {
                error = new
                {
                    code,
                    message = "More details here.",
                    status,
                    details = new Dictionary<string, object>?[]
                    {
                        new() { ["@type"] = "type.googleapis.com/google.firebase.fcm.v1.FcmError", ["errorCode"] = errorCode },
                        detail,
                    }.Where(item => item is not null),
                },
            }
        );

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, int status, string answer, string? retryAfter)
    {
        _requests.Enqueue((await JsonDocument.ParseAsync(context.Request.Body)).RootElement);
        Authorization = context.Request.Headers.Authorization;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(answer);
    }
}
