using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Notify.Core.ProviderStates;

/// <summary>Reports every few seconds how the providers do in this process, which sends.</summary>
internal sealed class ActivityReporter(ActivityReports reports, TimeProvider time, ILogger<ActivityReporter> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // If the clock jumps, the timer fires once, however many intervals have passed.
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
                await TryWriteAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    private async ValueTask TryWriteAsync(CancellationToken stopping)
    {
        try
        {
            await reports.WriteAsync(stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.ActivityNotReported(logger, exception);
        }
    }
}
