using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>
/// Creates streams of server-sent events (WHATWG HTML, "Server-sent events").
/// </summary>
internal static class LiveStream
{
    /// <summary>
    /// The event from which on a stream misses nothing. It has a data line, because browsers ignore an event without data.
    /// </summary>
    public const string Ready = "event: ready\ndata: {}\n\n";

    /// <summary>Opens a stream.</summary>
    /// <param name="context">The request. The response to a HEAD request has only headers.</param>
    /// <param name="lifetime">The lifetime of the application. The stream ends when the application stops.</param>
    /// <param name="watch">Starts watching until the token is cancelled.</param>
    /// <param name="write">Writes one item.</param>
    /// <param name="greeting">What the stream begins with, such as <see cref="Ready"/>.</param>
    public static IResult Open<T>(
        HttpContext context,
        IHostApplicationLifetime lifetime,
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        Action<T, IBufferWriter<byte>> write,
        string greeting
    )
    {
        if (HttpMethods.IsHead(context.Request.Method))
            return TypedResults.Text("", "text/event-stream");

        var limit = context.GetEndpoint()!.Metadata.GetRequiredMetadata<IStreamLimit>();
        return limit.TryEnter(context) is { } entry
            ? new LiveStream<T>(entry, lifetime.ApplicationStopping, watch, write, greeting)
            : Problem.TooManyStreams(limit.Max);
    }

    /// <summary>Writes text. Serialized JSON contains no line breaks, so one data line suffices for it.</summary>
    public static void Write(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}

/// <summary>A stream of server-sent events that disconnects slow readers.</summary>
internal sealed class LiveStream<T>(
    IDisposable entry,
    CancellationToken stopping,
    Func<CancellationToken, IAsyncEnumerable<T>> watch,
    Action<T, IBufferWriter<byte>> write,
    string greeting
) : IResult
{
    /// <summary>
    /// The time after which a reader that receives nothing is disconnected. The source bounds what is buffered for it meanwhile.
    /// </summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(15);

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
            LiveStream.Write(response.BodyWriter, greeting);
            if (!await ResponseFlush.TryAsync(httpContext, WriteTimeout, ended.Token).ConfigureAwait(false))
                return;
            while (await MoveNextAsync(items).ConfigureAwait(false))
            {
                write(items.Current, response.BodyWriter);
                if (!await ResponseFlush.TryAsync(httpContext, WriteTimeout, ended.Token).ConfigureAwait(false))
                    return;
            }
        }
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
