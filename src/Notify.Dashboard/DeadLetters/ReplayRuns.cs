using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Notify.Dashboard.DeadLetters;

/// <summary>
/// Replays that go on after the response. A replay changes each dead letter once and in batches, so one that its process did not
/// finish is continued by replaying again.
/// </summary>
internal static class ReplayRuns
{
    public static void Start(IServiceProvider services, DeadLetterReplay replay)
    {
        var queries = services.GetRequiredService<INotificationQueries>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ReplayRuns).FullName!);
        _ = Task.Run(() => RunAsync(queries, replay, logger, stopping), CancellationToken.None);
    }

    private static async Task RunAsync(
        INotificationQueries queries,
        DeadLetterReplay replay,
        ILogger logger,
        CancellationToken stopping
    )
    {
        try
        {
            await queries.ReplayDeadLettersAsync(replay, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { }
        catch (Exception exception)
        {
            Log.ReplayFailed(logger, replay.Filter.Tenant, exception);
        }
    }
}
