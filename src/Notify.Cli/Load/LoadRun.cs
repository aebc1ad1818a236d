using System.Collections.Concurrent;
using HdrHistogram;
using Notify.Cli.Output;

namespace Notify.Cli.Load;

/// <summary>Sends triggers from several loops at the same time and measures the latency of each.</summary>
internal sealed class LoadRun(INotifier notifier, LoadPlan plan, TimeProvider time, Func<long, Trigger> create)
{
    private const int Digits = 3;
    private const int MaxKindsOfErrors = 20;
    private const double MicrosecondsPerMillisecond = 1_000;

    private static readonly TimeSpan LongestLatency = TimeSpan.FromMinutes(5);

    private static readonly (string Name, double Percentile)[] Percentiles =
    [
        ("p50", 50),
        ("p75", 75),
        ("p90", 90),
        ("p95", 95),
        ("p99", 99),
        ("p99.9", 99.9),
        ("max", 100),
    ];

    private readonly LongConcurrentHistogram _latencies = new(1, (long)LongestLatency.TotalMicroseconds, Digits);
    private readonly ConcurrentDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private long _sent;
    private long _accepted;
    private long _failed;
    private long _started;

    /// <summary>Runs the test.</summary>
    public async Task<LoadView> RunAsync(ProgressBar bar, CancellationToken cancellationToken)
    {
        _started = time.GetTimestamp();
        var loops = Enumerable.Range(0, plan.Concurrency).Select(_ => SendAsync(bar, cancellationToken));
        await Task.WhenAll(loops).ConfigureAwait(false);
        var seconds = time.GetElapsedTime(_started).TotalSeconds;
        return new LoadView(
            _accepted,
            _failed,
            Math.Round(seconds, 2),
            Math.Round(_accepted / seconds, 1),
            Percentiles.ToDictionary(
                row => row.Name,
                row => Math.Round(_latencies.GetValueAtPercentile(row.Percentile) / MicrosecondsPerMillisecond, 2)
            ),
            _errors
        );
    }

    private async Task SendAsync(ProgressBar bar, CancellationToken cancellationToken)
    {
        // Not on the thread of the caller, which starts the other loops.
        await Task.Yield();
        while (true)
        {
            var number = Interlocked.Increment(ref _sent);
            if (number > plan.Count || time.GetElapsedTime(_started) >= plan.Duration)
                return;

            var start = await WaitForTurnAsync(number, cancellationToken).ConfigureAwait(false);
            await SendAsync(number, cancellationToken).ConfigureAwait(false);
            var latency = time.GetElapsedTime(start);
            _latencies.RecordValue((long)Math.Min(latency.TotalMicroseconds, LongestLatency.TotalMicroseconds));
            ShowProgress(bar);
        }
    }

    private async Task SendAsync(long number, CancellationToken cancellationToken)
    {
        try
        {
            await notifier.TriggerAsync(create(number), cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _accepted);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Interlocked.Increment(ref _failed);
            if (_errors.Count < MaxKindsOfErrors)
                _errors.AddOrUpdate(exception.Message, 1, (_, count) => count + 1);
        }
    }

    // With a rate, the latency counts from the planned time: a service that stalls also delays the calls that could not begin. A
    // timer counts whole milliseconds and can fire too early; the latency then counts from the beginning of the call.
    private async ValueTask<long> WaitForTurnAsync(long number, CancellationToken cancellationToken)
    {
        if (plan.PerSecond is not { } rate)
            return time.GetTimestamp();

        var planned = TimeSpan.FromSeconds((number - 1) / (double)rate);
        var wait = planned - time.GetElapsedTime(_started);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        return Math.Min(_started + (long)(planned.TotalSeconds * time.TimestampFrequency), time.GetTimestamp());
    }

    private void ShowProgress(ProgressBar bar)
    {
        var elapsed = time.GetElapsedTime(_started);
        var done = Interlocked.Read(ref _accepted) + Interlocked.Read(ref _failed);
        var total = plan.Count ?? (long)(done * (plan.Duration!.Value / elapsed));
        bar.Set(done, total);
    }
}
