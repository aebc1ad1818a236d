using System.Diagnostics;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Load.Backlog;

/// <summary>
/// A vendor that takes a while, as one does at the other end of the internet: from half its latency to one and a half, evenly.
/// (From one that always takes the same, slots that were taken together would come back together, for ever.) It knows when it was
/// called and when it answered for the deliveries to watch, whose addresses are numbers; of the others it counts the answers.
/// </summary>
internal sealed class DistantVendor(TimeSpan latency, Func<Delivery, bool> isWatched) : IDeliveryProvider
{
    private long[] _called = [];
    private long[] _answered = [];
    private int _watched;
    private int _others;
    private int _repeated;

    public string Name => "vendor";

    public Channel Channel => Channel.Email;

    public int Others => Volatile.Read(ref _others);

    /// <summary>When each was called, by its number, in ticks of <see cref="Stopwatch"/>.</summary>
    public IReadOnlyList<long> Called => _called;

    /// <summary>When each was answered.</summary>
    public IReadOnlyList<long> Answered => _answered;

    /// <summary>Counts from the beginning.</summary>
    public void Expect(int count) => (_called, _answered, _watched, _others) = (new long[count], new long[count], 0, 0);

    /// <summary>Ends when this many of those to watch were answered.</summary>
    public async Task WaitAsync(int count)
    {
        while (Volatile.Read(ref _watched) < count)
            await Task.Delay(1);
        if (_repeated > 0)
            throw new InvalidOperationException($"{_repeated} were sent twice.");
    }

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var number = isWatched(delivery) ? int.Parse(delivery.To.Value.AsSpan(0, delivery.To.Value.IndexOf('@'))) : -1;
        if (number >= 0 && Interlocked.CompareExchange(ref _called[number], Stopwatch.GetTimestamp(), 0) != 0)
            Interlocked.Increment(ref _repeated);
        if (latency > TimeSpan.Zero)
            await Task.Delay(latency * (0.5 + Random.Shared.NextDouble()), cancellationToken);
        if (number < 0)
        {
            Interlocked.Increment(ref _others);
            return Outcome.Accepted();
        }

        _answered[number] = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _watched);
        return Outcome.Accepted();
    }
}
