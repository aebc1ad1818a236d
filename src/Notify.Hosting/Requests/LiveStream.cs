using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>
/// Creates streams of server-sent events. The first event is <c>ready</c>, from which on nothing is missed.
/// </summary>
internal static class LiveStream
{
    /// <summary>Opens a stream.</summary>
    /// <param name="context">The request. The response to a HEAD request has only headers.</param>
    /// <param name="lifetime">The lifetime of the application. The stream ends when the application stops.</param>
    /// <param name="watch">Starts watching until the token is cancelled.</param>
    /// <param name="show">Creates the frames for one item, with <see cref="Frame"/>.</param>
    public static IResult Open<T>(
        HttpContext context,
        IHostApplicationLifetime lifetime,
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        Func<T, IEnumerable<byte[]>> show
    )
    {
        if (HttpMethods.IsHead(context.Request.Method))
            return TypedResults.Text("", "text/event-stream");

        var limit = context.GetEndpoint()!.Metadata.GetRequiredMetadata<StreamLimit>();
        return limit.TryEnter(context) is { } entry
            ? new LiveStream<T>(entry, lifetime.ApplicationStopping, watch, show)
            : Problem.TooManyStreams(limit.Max);
    }

    /// <summary>
    /// Creates the frame of one event (WHATWG HTML, "Server-sent events"). Serialized JSON contains no line breaks, so one data
    /// line suffices.
    /// </summary>
    public static byte[] Frame(string json, string? kind = null) =>
        Encoding.UTF8.GetBytes(kind is null ? $"data: {json}\n\n" : $"event: {kind}\ndata: {json}\n\n");
}

/// <summary>A stream of server-sent events that disconnects slow readers.</summary>
internal sealed class LiveStream<T>(
    IDisposable entry,
    CancellationToken stopping,
    Func<CancellationToken, IAsyncEnumerable<T>> watch,
    Func<T, IEnumerable<byte[]>> show
) : IResult
{
    /// <summary>
    /// The time after which a reader that receives nothing is disconnected. The source bounds what is buffered for it meanwhile.
    /// </summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(15);

    // Has a data line, because browsers ignore an event without data.
    private static readonly byte[] Ready = LiveStream.Frame("{}", "ready");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var entered = entry;
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, httpContext.RequestAborted);
        var items = watch(ended.Token).GetAsyncEnumerator(CancellationToken.None);
        await using (items.ConfigureAwait(false))
        {
            if (!await TryWriteAsync(httpContext, Ready, ended.Token).ConfigureAwait(false))
                return;
            while (await MoveNextAsync(items).ConfigureAwait(false))
            {
                foreach (var frame in show(items.Current))
                {
                    if (!await TryWriteAsync(httpContext, frame, ended.Token).ConfigureAwait(false))
                        return;
                }
            }
        }
    }

    /// <summary>
    /// Writes a frame. Returns false if the reader has disconnected, or was too slow and has been disconnected.
    /// </summary>
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
            // Frees the connection, its buffers and its share of the stream limit for other callers.
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

    // The stream ends when the caller disconnects or the application stops. Neither is an error.
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
