using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Webhook.Tests;

/// <summary>A receiver's HTTP server on a free port of the loopback address.</summary>
internal sealed class Endpoint : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();

    private Endpoint(WebApplication application) => _application = application;

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    public int Port => new Uri(_application.Urls.Single()).Port;

    public string Url => $"http://127.0.0.1:{Port}/hook?token=url-token";

    public static Task<Endpoint> StartAsync(int status) => StartAsync(context => context.Response.StatusCode = status);

    public static Task<Endpoint> StartAsync(Action<HttpContext> answer) =>
        StartAsync(context =>
        {
            answer(context);
            return Task.CompletedTask;
        });

    public static async Task<Endpoint> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var endpoint = new Endpoint(builder.Build());
        endpoint._application.Run(async context =>
        {
            endpoint._requests.Enqueue(await ReceivedRequest.ReadAsync(context.Request));
            await answer(context);
        });
        await endpoint._application.StartAsync();
        return endpoint;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}

internal sealed record ReceivedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The request line's target, as it was sent.</summary>
    public required string Target { get; init; }

    public string Id => Headers["webhook-id"];

    public long Timestamp => long.Parse(Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture);

    public string Signature => Headers["webhook-signature"];

    public bool IsSignedWith(string secret) => StandardWebhooks.Verify(secret, Id, Timestamp, Body, Signature);

    /// <summary>
    /// Verifies by an implementation of the specification that is not this project's. It reads only the first signature of the
    /// header, so each is given to it alone.
    /// </summary>
    public bool IsVerifiedBy(string secret) => Signature.Split(' ').Any(signature => IsVerifiedBy(secret, signature));

    public static async Task<ReceivedRequest> ReadAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body, Encoding.UTF8);
        var headers = request.Headers.ToDictionary(
            header => header.Key,
            header => header.Value.ToString(),
            StringComparer.OrdinalIgnoreCase
        );
        return new ReceivedRequest(request.Method, request.Path + request.QueryString, headers, await body.ReadToEndAsync())
        {
            Target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
        };
    }

    private bool IsVerifiedBy(string secret, string signature)
    {
        var headers = new HeaderDictionary
        {
            ["webhook-id"] = Id,
            ["webhook-timestamp"] = Headers["webhook-timestamp"],
            ["webhook-signature"] = signature,
        };
        try
        {
            new global::StandardWebhooks.StandardWebhook(secret).Verify(Body, headers);
            return true;
        }
        catch (global::StandardWebhooks.Diagnostics.WebhookVerificationException)
        {
            return false;
        }
    }
}
