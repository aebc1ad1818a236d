using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>Shows what happens as it happens, as server-sent events: first <c>ready</c>, after which nothing is missed.</summary>
internal static class LiveStream
{
    /// <param name="context">The request. A HEAD gets the headers and ends.</param>
    /// <param name="lifetime">Tells when the application stops, which ends the stream.</param>
    /// <param name="watch">Begins to watch, until cancelled.</param>
    /// <param name="show">The frames that tell of one thing that happened, as <see cref="Frame"/> makes them.</param>
    public static IResult Open<T>(
        HttpContext context,
        IHostApplicationLifetime lifetime,
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        Func<T, IEnumerable<byte[]>> show
    )
    {
        if (HttpMethods.IsHead(context.Request.Method))
            return TypedResults.Text("", "text/event-stream");

        var places = context.GetEndpoint()!.Metadata.GetRequiredMetadata<StreamPlaces>();
        return places.TryTake(context) is { } place
            ? new LiveStream<T>(place, lifetime.ApplicationStopping, watch, show)
            : Problem.TooManyStreams(places.Max);
    }

    /// <summary>One event as it is sent (WHATWG HTML, "Server-sent events"). JSON has no line breaks of its own.</summary>
    public static byte[] Frame(string json, string? kind = null) =>
        Encoding.UTF8.GetBytes(kind is null ? $"data: {json}\n\n" : $"event: {kind}\ndata: {json}\n\n");
}

/// <summary>A stream of server-sent events that does not wait long for its reader.</summary>
internal sealed class LiveStream<T>(
    IDisposable place,
    CancellationToken stopping,
    Func<CancellationToken, IAsyncEnumerable<T>> watch,
    Func<T, IEnumerable<byte[]>> show
) : IResult
{
    /// <summary>
    /// A reader that takes nothing for so long is cut off. What waits for it meanwhile is bounded by whoever is watched.
    /// </summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(15);

    // Browsers drop an event without data.
    private static readonly byte[] Ready = LiveStream.Frame("{}", "ready");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var taken = place;
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, httpContext.RequestAborted);
        var happenings = watch(ended.Token).GetAsyncEnumerator(CancellationToken.None);
        await using (happenings.ConfigureAwait(false))
        {
            if (!await TryWriteAsync(httpContext, Ready, ended.Token).ConfigureAwait(false))
                return;
            while (await MoveNextAsync(happenings).ConfigureAwait(false))
            {
                foreach (var frame in show(happenings.Current))
                {
                    if (!await TryWriteAsync(httpContext, frame, ended.Token).ConfigureAwait(false))
                        return;
                }
            }
        }
    }

    /// <summary>Writes a frame; false when the reader went or was too slow, and was cut off.</summary>
    private static async ValueTask<bool> TryWriteAsync(HttpContext context, byte[] frame, CancellationToken ended)
    {
        try
        {
            var writing = WriteAsync(context.Response, frame, ended);
            await (writing.IsCompleted ? writing : writing.WaitAsync(WriteTimeout, CancellationToken.None)).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            // Its connection, its buffers and its place are wanted by others.
            context.Abort();
            return false;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private static async Task WriteAsync(HttpResponse response, byte[] frame, CancellationToken ended)
    {
        await response.Body.WriteAsync(frame, ended).ConfigureAwait(false);
        await response.Body.FlushAsync(ended).ConfigureAwait(false);
    }

    // A caller who goes, and an application that stops, end the stream; neither is an error.
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<T> happenings)
    {
        try
        {
            return await happenings.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
