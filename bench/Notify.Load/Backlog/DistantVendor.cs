using System.Diagnostics;
using Notify.Providers;

namespace Notify.Load.Backlog;

/// <summary>
/// A vendor that answers after some time, as one over the internet does: uniformly distributed between half the latency and one
/// and a half times the latency. (With a constant latency, slots that were taken together would be free together again, for
/// ever.) For the watched deliveries, whose addresses are numbers, it records when it was called and when it answered; for all
/// others it only counts the answers.
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

    /// <summary>
    /// When the vendor was called for each watched delivery, by its number, in ticks of <see cref="Stopwatch"/>.
    /// </summary>
    public IReadOnlyList<long> Called => _called;

    /// <summary>When the vendor answered for each watched delivery, by its number.</summary>
    public IReadOnlyList<long> Answered => _answered;

    /// <summary>Starts to count from zero.</summary>
    public void Expect(int count) => (_called, _answered, _watched, _others) = (new long[count], new long[count], 0, 0);

    /// <summary>Waits until this many watched deliveries have been answered.</summary>
    public async Task WaitAsync(int count)
    {
        while (Volatile.Read(ref _watched) < count)
            await Task.Delay(1);
        if (_repeated > 0)
            throw new InvalidOperationException($"{_repeated} deliveries were sent twice.");
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
            return Outcome.Sent();
        }

        _answered[number] = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _watched);
        return Outcome.Sent();
    }
}
