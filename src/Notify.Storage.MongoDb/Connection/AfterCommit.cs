using Microsoft.Extensions.Logging;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Runs a step that follows a durable write. Such a step must not fail the call: its caller would assume that nothing was
/// stored, and a trigger without an idempotency key would be sent twice. The step is retried for a while. If it still fails,
/// the next read or lease of the documents repairs them.
/// </summary>
internal static class AfterCommit
{
    private const int MostTries = 3;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    public static async ValueTask RunAsync(ILogger logger, string step, Func<ValueTask> run)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await run().ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is MongoException or TimeoutException)
            {
                // The driver waits 30 s for a primary before it gives up, and other calls wait behind this one.
                if (tries == MostTries || exception is TimeoutException)
                {
                    Log.StepLeftOut(logger, step, exception);
                    return;
                }
            }

            await Task.Delay(BetweenTries * tries, TimeProvider.System).ConfigureAwait(false);
        }
    }
}
