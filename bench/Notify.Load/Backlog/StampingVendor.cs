using System.Diagnostics;
using Notify.Providers;

namespace Notify.Load.Backlog;

/// <summary>A vendor that accepts at once and records when it accepted each delivery.</summary>
internal sealed class StampingVendor(Channel channel) : IDeliveryProvider
{
    private long[] _stamps = [];
    private int _accepted;

    public string Name => "vendor";

    public Channel Channel => channel;

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>When each delivery was accepted, in ticks of <see cref="Stopwatch"/>.</summary>
    public ReadOnlySpan<long> Stamps => _stamps.AsSpan(0, Math.Min(Accepted, _stamps.Length));

    /// <summary>Starts to count from zero.</summary>
    public void Expect(int count) => (_stamps, _accepted) = (new long[count], 0);

    /// <summary>Waits until this many deliveries have been accepted.</summary>
    public async Task WaitAsync(int count)
    {
        while (Accepted < count)
            await Task.Delay(2);
    }

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _accepted) - 1;
        if (number < _stamps.Length)
            _stamps[number] = Stopwatch.GetTimestamp();
        return new(Outcome.Sent());
    }
}
