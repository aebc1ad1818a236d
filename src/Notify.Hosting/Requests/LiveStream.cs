using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Notify.Hosting.Requests;

/// <summary>Shows what happens as it happens, as server-sent events: first <c>ready</c>, after which nothing is missed.</summary>
internal static class LiveStream
{
    /// <param name="context">The request. A HEAD gets the headers and ends.</param>
    /// <param name="lifetime">Says when the application stops, which ends the stream.</param>
    /// <param name="watch">Begins to watch, until cancelled.</param>
    /// <param name="show">The events that tell of one thing that happened.</param>
    public static IResult Open<T>(
        HttpContext context,
        IHostApplicationLifetime lifetime,
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        Func<T, IEnumerable<SseItem<string>>> show
    ) =>
        HttpMethods.IsHead(context.Request.Method)
            ? TypedResults.Text("", "text/event-stream")
            : TypedResults.ServerSentEvents(WatchAsync(watch, show, lifetime.ApplicationStopping, CancellationToken.None));

    private static async IAsyncEnumerable<SseItem<string>> WatchAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        Func<T, IEnumerable<SseItem<string>>> show,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken aborted
    )
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        var happenings = watch(ended.Token).GetAsyncEnumerator(CancellationToken.None);
        await using (happenings.ConfigureAwait(false))
        {
            // Browsers drop an event without data.
            yield return new SseItem<string>("{}", "ready");
            while (await MoveNextAsync(happenings).ConfigureAwait(false))
            {
                foreach (var shown in show(happenings.Current))
                    yield return shown;
            }
        }
    }

    // A caller who goes, and an application that stops, end the stream; neither is an error.
    private static async ValueTask<bool> MoveNextAsync<T>(IAsyncEnumerator<T> happenings)
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
