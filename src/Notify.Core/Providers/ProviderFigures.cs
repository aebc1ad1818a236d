using System.Collections.Concurrent;
using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>Counts and durations of the attempts of the last minutes, per provider, in this process.</summary>
internal sealed class ProviderFigures(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AttemptWindow> _windows = new(StringComparer.Ordinal);

    public void Record(string provider, OutcomeKind outcome, TimeSpan duration) =>
        _windows.GetOrAdd(provider, static (_, clock) => new AttemptWindow(clock), time).Record(outcome, duration);

    /// <summary>Reads the figures of a provider; null if this process has not attempted deliveries with it recently.</summary>
    public AttemptFigures? Find(string provider) => _windows.GetValueOrDefault(provider)?.Read();
}

/// <summary>The attempts of the last 5 to 10 minutes: of the current 5 minutes, and of the 5 minutes before.</summary>
internal sealed class AttemptWindow(TimeProvider time)
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private AttemptHistogram _before = new();
    private AttemptHistogram _current = new();
    private long _startedAt = time.GetTimestamp();

    public void Record(OutcomeKind outcome, TimeSpan duration)
    {
        lock (_lock)
        {
            Advance();
            _current.Add(outcome, duration);
        }
    }

    public AttemptFigures? Read()
    {
        lock (_lock)
        {
            Advance();
            return AttemptHistogram.Summarize(_before, _current);
        }
    }

    private void Advance()
    {
        var ended = time.GetElapsedTime(_startedAt).Ticks / Length.Ticks;
        if (ended == 0)
            return;
        // The older histogram is emptied and used again, so a window needs no memory beside its two.
        (_before, _current) = (_current, _before);
        _current.Clear();
        if (ended > 1)
            _before.Clear();
        // Each 5 minutes begin where the previous ones ended. If they began at the time of this call, an attempt could still be
        // counted after more than 10 minutes.
        _startedAt += ended * (long)Length.TotalSeconds * time.TimestampFrequency;
    }
}

/// <summary>A histogram of durations with eight buckets for each doubling from 1 ms to 17 minutes.</summary>
internal sealed class AttemptHistogram
{
    private const int BucketsPerDoubling = 8;
    private const int Doublings = 20;

    private readonly long[] _buckets = new long[(BucketsPerDoubling * Doublings) + 1];
    private long _sent;
    private long _retried;
    private long _failed;

    public void Add(OutcomeKind outcome, TimeSpan duration)
    {
        var position =
            duration.TotalMilliseconds <= 1 ? 0 : Math.Ceiling(Math.Log2(duration.TotalMilliseconds) * BucketsPerDoubling);
        _buckets[(int)Math.Min(position, _buckets.Length - 1)]++;
        switch (outcome)
        {
            case OutcomeKind.Sent:
                _sent++;
                break;
            case OutcomeKind.Retry:
                _retried++;
                break;
            default:
                _failed++;
                break;
        }
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        (_sent, _retried, _failed) = (0, 0, 0);
    }

    /// <summary>Summarizes two histograms; null if both are empty.</summary>
    public static AttemptFigures? Summarize(AttemptHistogram left, AttemptHistogram right)
    {
        var (sent, retried, failed) = (left._sent + right._sent, left._retried + right._retried, left._failed + right._failed);
        var total = sent + retried + failed;
        return total == 0
            ? null
            : new AttemptFigures(
                sent,
                retried,
                failed,
                new LatencyPercentiles
                {
                    P50 = GetDuration(0.50),
                    P95 = GetDuration(0.95),
                    P99 = GetDuration(0.99),
                }
            );

        TimeSpan GetDuration(double share)
        {
            var missing = (long)Math.Ceiling(total * share);
            for (var i = 0; ; i++)
            {
                missing -= left._buckets[i] + right._buckets[i];
                if (missing <= 0)
                    return TimeSpan.FromMilliseconds(Math.Pow(2, (double)i / BucketsPerDoubling));
            }
        }
    }
}

/// <summary>The attempts with a provider in a period.</summary>
internal sealed record AttemptFigures(long Sent, long Retried, long Failed, LatencyPercentiles Latency);
