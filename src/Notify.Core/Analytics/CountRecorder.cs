using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Analytics;

/// <summary>
/// Counts the events of this process. Counts are collected per minute and written once a second, so an event costs no additional
/// write. A crash loses only the counts of the last second.
/// </summary>
internal sealed class CountRecorder(
    IAnalyticsStore store,
    IEnumerable<IAnalyticsStream> streams,
    IntervalTimer timer,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    ILogger<CountRecorder> logger
) : BackgroundService
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly NameLimit _names = new(options);
    private Dictionary<AnalyticsCount, long> _counts = [];

    // Read with the first event, which is after the options were validated.
    private readonly Lazy<bool> _isStreamed = new(() => streams.Any(stream => stream.IsInUse));

    /// <summary>Counts an event, unless workers count it from a stream.</summary>
    /// <param name="count">The count, with the time of the event.</param>
    public void Add(AnalyticsCount count)
    {
        if (!_isStreamed.Value)
            AddAlways(count);
    }

    /// <summary>Counts an event that no worker will count.</summary>
    /// <param name="count">The count, with the time of the event.</param>
    public void AddAlways(AnalyticsCount count)
    {
        var key = count with { Time = AnalyticsResolution.Minute.GetStart(count.Time), Value = 0 };
        lock (_lock)
        {
            _counts.AddTo(_names.Limit(key), count.Value);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>
    /// Writes counts until stopped, on the calling thread up to the first wait. <see cref="BackgroundService"/> would start on
    /// the thread pool, which a simulation must not use.
    /// </summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        var filled = new WorkSignal(settings);
        using var interval = timer.Repeat(WriteInterval, () =>
        {
            if (HasCounts())
                filled.Set();
        });
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await filled.WaitAsync(stoppingToken).ConfigureAwait(false);
                await WriteAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool HasCounts()
    {
        lock (_lock)
            return _counts.Count > 0;
    }

    private async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<AnalyticsCount, long> counts;
        lock (_lock)
        {
            if (_counts.Count == 0)
                return;
            (counts, _counts) = (_counts, []);
        }

        try
        {
            await store
                .AddAsync([.. counts.Select(count => count.Key with { Value = count.Value })], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.CountsNotWritten(logger, exception);
            lock (_lock)
            {
                foreach (var (key, count) in counts)
                    _counts.AddTo(key, count);
            }
        }
    }
}
