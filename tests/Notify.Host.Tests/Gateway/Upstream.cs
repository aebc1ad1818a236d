using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Notify.TestSupport;

namespace Notify.Host.Tests.Gateway;

/// <summary>A server behind the gateway. The header <c>X-Script</c> of a call tells what it does.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Call> _calls = new();

    private Upstream(WebApplication app, int port, int http2Port) => (_app, Port, Http2Port) = (app, port, http2Port);

    public int Port { get; }

    public int Http2Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Gets or sets whether it reports that it is ready.</summary>
    public bool IsReady { get; set; } = true;

    /// <summary>Gets the signal after which half an answer breaks off.</summary>
    public TaskCompletionSource BreakOff { get; } = new();

    /// <summary>Gets the calls of a test, except health checks.</summary>
    public Call[] GetCalls(string test) => [.. _calls.Where(call => call.Test == test)];

    public static async Task<Upstream> StartAsync(int http2Port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var port = FreePort.Next();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(port);
            kestrel.ListenLocalhost(http2Port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var upstream = new Upstream(app, port, http2Port);
        app.MapGet("/health/ready", () => upstream.IsReady ? Results.Ok() : Results.StatusCode(503));
        app.MapFallback(upstream.AnswerAsync);
        await app.StartAsync();
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var script = request.Headers["X-Script"].ToString();
        if (script == "lines")
        {
            await AnswerLinesAsync(context);
            return;
        }

        using var reader = new StreamReader(request.Body);
        var body = script == "abort-early" ? "" : await reader.ReadToEndAsync(context.RequestAborted);
        _calls.Enqueue(
            new Call(
                request.Headers["X-Test"].ToString(),
                request.Method,
                body,
                request.Protocol,
                request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())
            )
        );
        switch (script)
        {
            case var _ when script == $"abort {Port.ToString(CultureInfo.InvariantCulture)}":
            case "abort" or "abort-early":
                context.Abort();
                break;
            case "silent":
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case "events":
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync("event: ready\ndata: {}\n\n");
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "half":
                context.Response.ContentLength = 100;
                await context.Response.WriteAsync("the first half");
                await context.Response.Body.FlushAsync();
                await BreakOff.Task;
                context.Abort();
                break;
            default:
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Headers.XContentTypeOptions = "nosniff";
                await context.Response.WriteAsync($"from {Port.ToString(CultureInfo.InvariantCulture)}");
                break;
        }
    }

    private static async Task AnswerLinesAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        context.Response.ContentType = "application/x-ndjson";
        while (await reader.ReadLineAsync() is { } line)
        {
            await context.Response.WriteAsync($"result of {line}\n");
            await context.Response.Body.FlushAsync();
        }
    }
}

/// <summary>A call that a server behind the gateway received.</summary>
internal sealed record Call(
    string Test,
    string Method,
    string Body,
    string Protocol,
    IReadOnlyDictionary<string, string> Headers
);
