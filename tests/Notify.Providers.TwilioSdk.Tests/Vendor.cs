using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Notify.FakeGateways;

namespace Notify.Providers.TwilioSdk.Tests;

/// <summary>A fake of Twilio's Messages API that gives one fixed answer and records its requests.</summary>
internal sealed class Vendor : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _requests = new();
    private GatewayServer? _server;

    public Uri Address => _server!.Address;

    public IReadOnlyList<Received> Requests => [.. _requests];

    public static async Task<Vendor> StartAsync(int status, string answer, string? retryAfter = null)
    {
        var vendor = new Vendor();
        vendor._server = await GatewayServer.StartAsync(
            context => vendor.AnswerAsync(context, status, answer, retryAfter),
            tls: false
        );
        return vendor;
    }

    public static Task<Vendor> StartRefusingAsync(int status, int code) =>
        StartAsync(
            status,
            $$"""
            {"code":{{code}},"message":"More details about {{Application.Number}} here.",
             "more_info":"https://www.twilio.com/docs/errors/{{code}}","status":{{status}}}
            """
        );

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, int status, string answer, string? retryAfter)
    {
        var form = await context.Request.ReadFormAsync();
        _requests.Enqueue(
            new Received(
                context.Request.Path,
                context.Request.Headers.Authorization.ToString(),
                form.ToDictionary(item => item.Key, item => item.Value.ToString())
            )
        );
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(answer);
    }
}

internal sealed record Received(string Path, string Authorization, IReadOnlyDictionary<string, string> Form);
