using System.Diagnostics.Metrics;

namespace Notify.Load.Measuring;

/// <summary>
/// Counts the deliveries that this process settles, by Notify's own metric. Asking the store instead would cost the more, the
/// more deliveries wait in it.
/// </summary>
internal sealed class SettledCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public SettledCounter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "notify.deliveries.settled")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _count, count));
        _listener.Start();
    }

    public async Task WaitAsync(long count)
    {
        while (Interlocked.Read(ref _count) < count)
            await Task.Delay(2);
    }

    public void Dispose() => _listener.Dispose();
}
