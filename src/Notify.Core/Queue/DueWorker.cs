using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Core.Queue;

/// <summary>
/// A worker that looks for what is due: again at once while there is something, else when it is signalled or the poll interval is
/// over.
/// </summary>
internal abstract class DueWorker(EngineSettings settings, IOptions<NotificationsOptions> options, TimeProvider time)
    : BackgroundService
{
    private readonly WorkSignal _look = new(settings);

    protected EngineSettings Settings => settings;

    protected NotificationsOptions Options => options.Value;

    protected TimeProvider Time => time;

    /// <summary>How often the worker looks when nobody signals.</summary>
    protected virtual TimeSpan Interval => Options.PollInterval;

    /// <summary>Makes the worker look at once.</summary>
    public void Wake() => _look.Set();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>All of the work, until stopped; without the thread that <see cref="BackgroundService"/> begins it on.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookUntilAsync(stoppingToken).ConfigureAwait(false);
        }
        finally
        {
            await FinishAsync().ConfigureAwait(false);
        }
    }

    /// <returns>Whether more may be due at once.</returns>
    protected abstract ValueTask<bool> WorkAsync(CancellationToken stopping);

    protected abstract void Failed(Exception exception);

    /// <summary>Waits for work that goes on beside the search, once the search has ended.</summary>
    protected virtual ValueTask FinishAsync() => ValueTask.CompletedTask;

    private async Task LookUntilAsync(CancellationToken stoppingToken)
    {
        var interval = Interval;
        await using var poll = time.CreateTimer(_ => _look.Set(), null, interval, interval).ConfigureAwait(false);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await WorkAsync(stoppingToken).ConfigureAwait(false))
                    await _look.WaitAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Failed(exception);
                await Task.Delay(interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
