using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Requests;

/// <summary>Sends parts of a response to callers that may read slowly.</summary>
internal static class ResponseFlush
{
    /// <summary>
    /// Sends what was written to the response. Returns false if the caller has disconnected, or if it received nothing for the
    /// given time and has been disconnected.
    /// </summary>
    public static async ValueTask<bool> TryAsync(HttpContext context, TimeSpan timeout, CancellationToken ended)
    {
        try
        {
            var flushing = context.Response.BodyWriter.FlushAsync(ended);
            var flushed = flushing.IsCompleted
                ? await flushing.ConfigureAwait(false)
                : await flushing.AsTask().WaitAsync(timeout, CancellationToken.None).ConfigureAwait(false);
            return !flushed.IsCompleted;
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
}
