using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Notify.Client.Tests;

/// <summary>A proxy in front of a service. It answers a few calls itself before it forwards the others.</summary>
internal sealed class OddProxy : IAsyncDisposable
{
    private readonly ConcurrentQueue<Func<HttpContext, Func<Task<HttpResponseMessage>>, Task>> _answers = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly WebApplication _app;
    private int _calls;

    private OddProxy(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Gets the number of calls.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public static async Task<OddProxy> StartAsync(Uri service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var proxy = new OddProxy(app);
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(context => proxy.AnswerAsync(context, service));
        await app.StartAsync();
        return proxy;
    }

    /// <summary>Answers the next call, given the way to get the answer of the service.</summary>
    public void Answer(Func<HttpContext, Func<Task<HttpResponseMessage>>, Task> answer) => _answers.Enqueue(answer);

    /// <summary>Answers the next call without asking the service.</summary>
    public void Answer(int status, string mediaType, string body, params (string Name, string Value)[] headers) =>
        Answer(
            async (context, _) =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = mediaType;
                foreach (var (name, value) in headers)
                    context.Response.Headers[name] = value;
                await context.Response.WriteAsync(body);
            }
        );

    /// <summary>Answers the next call with a part of the answer of the service, and then breaks off or stalls.</summary>
    public void AnswerInPart(bool stalls) =>
        Answer(
            async (context, forward) =>
            {
                using var answer = await forward();
                var body = await answer.Content.ReadAsByteArrayAsync();
                context.Response.StatusCode = (int)answer.StatusCode;
                context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2));
                await context.Response.Body.FlushAsync();
                if (stalls)
                    await WaitForCallerAsync(context);
                context.Abort();
            }
        );

    /// <summary>Waits until the caller gives up.</summary>
    public static async Task WaitForCallerAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var _ = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public static async Task CopyAsync(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, Uri service)
    {
        Interlocked.Increment(ref _calls);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (_answers.TryDequeue(out var answer))
        {
            await answer(context, ForwardAsync);
            return;
        }

        using var forwarded = await ForwardAsync();
        await CopyAsync(context, forwarded);

        async Task<HttpResponseMessage> ForwardAsync()
        {
            var path = $"{service.AbsoluteUri.TrimEnd('/')}{context.Request.Path}{context.Request.QueryString}";
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path);
            request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
            if (context.Request.ContentType is { } type)
            {
                request.Content = new ByteArrayContent(body.ToArray());
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }

            return await _client.SendAsync(request);
        }
    }
}
