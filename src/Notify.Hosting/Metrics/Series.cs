namespace Notify.Hosting.Metrics;

/// <summary>
/// What an instrument measured under one set of tags: how often, the sum, and for histograms how often up to each bound.
/// </summary>
internal sealed class Series(double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _buckets = new long[bounds.Length];
    private long _count;
    private double _sum;

    public void Add(double value)
    {
        var bucket = bounds.AsSpan().BinarySearch(value);
        if (bucket < 0)
            bucket = ~bucket;
        lock (_lock)
        {
            _count++;
            _sum += value;
            if (bucket < _buckets.Length)
                _buckets[bucket]++;
        }
    }

    public void Set(double value)
    {
        lock (_lock)
            _sum = value;
    }

    /// <summary>The buckets are cumulative, as Prometheus reads them.</summary>
    public (long Count, double Sum, long[] Buckets) Read()
    {
        lock (_lock)
        {
            var buckets = (long[])_buckets.Clone();
            for (var i = 1; i < buckets.Length; i++)
                buckets[i] += buckets[i - 1];
            return (_count, _sum, buckets);
        }
    }
}
