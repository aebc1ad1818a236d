using Microsoft.Extensions.Logging;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Runs what follows a write that is durable already. Such a step must not fail the call: its caller would take the whole for
/// undone, and a trigger without an idempotency key would be sent twice. It is repeated for a while, and what is left then is
/// repaired where the documents are read next.
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
                // The driver has waited for a primary for 30 s before it gives up, and other calls wait behind this one.
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
