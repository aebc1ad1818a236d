using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Core.Queue;

/// <summary>
/// A worker that queries a store for due work: again at once while there is more, otherwise when it is woken or the poll interval
/// has passed.
/// </summary>
internal abstract class DueWorker(
    IntervalTimer timer,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time
) : BackgroundService
{
    private readonly WorkSignal _signal = new(settings);

    protected EngineSettings Settings => settings;

    protected NotificationsOptions Options => options.Value;

    protected TimeProvider Time => time;

    /// <summary>Gets how often the worker queries the store without being woken.</summary>
    protected virtual TimeSpan Interval => Options.PollInterval;

    /// <summary>Gets the poll interval, for work that can wait at least this long.</summary>
    protected TimeSpan PollAtMostEvery(TimeSpan shortest) => Options.PollInterval > shortest ? Options.PollInterval : shortest;

    /// <summary>Makes the worker query the store at once.</summary>
    public void Wake() => _signal.Set();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>
    /// Works until stopped, on the calling thread up to the first wait. <see cref="BackgroundService"/> would start on the thread
    /// pool, which a simulation must not use.
    /// </summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WorkUntilStoppedAsync(stoppingToken).ConfigureAwait(false);
        }
        finally
        {
            await FinishAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes and handles the work that is due.</summary>
    /// <returns>Whether more may be due now.</returns>
    protected abstract ValueTask<bool> WorkAsync(CancellationToken stopping);

    /// <summary>Logs a failure of the worker itself, as opposed to one of the work that it handles.</summary>
    protected abstract void LogFailure(Exception exception);

    /// <summary>Waits for work that still runs in the background after the worker was stopped.</summary>
    protected virtual ValueTask FinishAsync() => ValueTask.CompletedTask;

    private async Task WorkUntilStoppedAsync(CancellationToken stoppingToken)
    {
        var interval = Interval;
        using var poll = timer.Repeat(interval, _signal.Set);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await WorkAsync(stoppingToken).ConfigureAwait(false))
                    await _signal.WaitAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailure(exception);
                await Task.Delay(interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
