using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Notify.Providers.Sandbox;

namespace Notify.Hosting.Sandbox;

/// <summary>The messages as they are captured, as server-sent events: first <c>ready</c>, then one <c>message</c> each.</summary>
internal static class SandboxStream
{
    public static IResult Open(ISandbox sandbox, IHostApplicationLifetime lifetime) =>
        TypedResults.ServerSentEvents(WatchAsync(sandbox, lifetime.ApplicationStopping, CancellationToken.None));

    private static async IAsyncEnumerable<SseItem<string>> WatchAsync(
        ISandbox sandbox, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        var messages = sandbox.WatchAsync(ended.Token).GetAsyncEnumerator(CancellationToken.None);
        await using (messages.ConfigureAwait(false))
        {
            // Whoever reads the list after this misses nothing in between. Browsers drop an event without data.
            yield return new SseItem<string>("{}", "ready");
            while (await MoveNextAsync(messages).ConfigureAwait(false))
                yield return new SseItem<string>(JsonSerializer.Serialize(messages.Current, SandboxJson.Default.SandboxMessage));
        }
    }

    // A page that is closed, and an application that stops, end the stream; neither is an error.
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<SandboxMessage> messages)
    {
        try
        {
            return await messages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
