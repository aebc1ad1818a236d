using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Core.Queue;

namespace Notify.Core.ProviderStates;

/// <summary>Reports every few seconds what the providers of this process, which sends, have done.</summary>
internal sealed class ActivityReporter(
    ActivityReports reports,
    IntervalTimer timer,
    EngineSettings settings,
    ILogger<ActivityReporter> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var elapsed = new WorkSignal(settings);
        using var interval = timer.Repeat(Interval, elapsed.Set);
        try
        {
            var removedEnded = false;
            while (!stoppingToken.IsCancellationRequested)
            {
                await elapsed.WaitAsync(stoppingToken).ConfigureAwait(false);
                await TryAsync(reports.WriteAsync, stoppingToken).ConfigureAwait(false);
                removedEnded = removedEnded || await TryAsync(reports.RemoveEndedAsync, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    private async ValueTask<bool> TryAsync(Func<CancellationToken, ValueTask> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.ActivityNotReported(logger, exception);
            return false;
        }
    }
}
