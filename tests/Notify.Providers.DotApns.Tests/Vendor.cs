using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.FakeGateways;

namespace Notify.Providers.DotApns.Tests;

/// <summary>A fake of APNs that gives one fixed answer and records its requests.</summary>
internal sealed class Vendor : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _requests = new();
    private GatewayServer? _server;

    public Uri Address => _server!.Address;

    public IReadOnlyList<Received> Requests => [.. _requests];

    public static async Task<Vendor> StartAsync(int status = 200, string answer = "", string? retryAfter = null)
    {
        var vendor = new Vendor();
        vendor._server = await GatewayServer.StartAsync(
            context => vendor.AnswerAsync(context, status, answer, retryAfter),
            tls: false
        );
        return vendor;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, int status, string answer, string? retryAfter)
    {
        var payload = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        _requests.Enqueue(
            new Received(
                context.Request.Path,
                context.Request.Headers.ToDictionary(
                    header => header.CreateJwtOptions,
                    header => header.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase
                ),
                payload
            )
        );
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(answer);
    }
}

internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, JsonElement Payload);
