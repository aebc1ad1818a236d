using System.Collections.Concurrent;
using System.Threading.Channels;
using Notify.Core.Capacity;
using Notify.Storage;

namespace Notify.Core.Deliveries;

/// <summary>
/// The leases that hold a slot, on their way to the runners. Deliveries that have waited are checked against the current data of
/// their recipients first.
/// </summary>
/// <remarks>
/// Two loops of the worker add leases at the same time, and several runners read them. A lease leaves this class in one of three
/// ways: a runner reads it; its check fails, and it is given back; or the worker stops, and <see cref="TakeLeft"/> returns it.
/// </remarks>
internal sealed class ReadyLeases(
    RecipientCheck check,
    DeliveryRunner runner,
    DeliveryCapacity capacity,
    EngineSettings settings,
    TimeProvider time
)
{
    private readonly Channel<Lease> _ready = System.Threading.Channels.Channel.CreateUnbounded<Lease>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = settings.ContinueInline }
    );

    /// <summary>Leases whose recipients were being checked when the worker was stopped.</summary>
    private readonly ConcurrentQueue<Lease> _unchecked = new();

    public IAsyncEnumerable<Lease> ReadAllAsync(CancellationToken stopping) => _ready.Reader.ReadAllAsync(stopping);

    /// <summary>Adds leases that hold slots.</summary>
    public ValueTask AddAsync(IReadOnlyList<Lease> leases, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        List<Lease>? waited = null;
        foreach (var lease in leases)
            Add(lease, now, ref waited);
        return waited is null ? ValueTask.CompletedTask : CheckAsync(waited, stopping);
    }

    /// <summary>
    /// Adds a lease that holds a slot. If its delivery must be checked, adds it to <paramref name="waited"/> instead; the caller
    /// then passes all of those to <see cref="CheckAsync"/>.
    /// </summary>
    public void Add(Lease lease, DateTimeOffset now, ref List<Lease>? waited)
    {
        if (!RecipientCheck.IsNeeded(lease.Delivery, now))
            _ready.Writer.TryWrite(lease);
        else if (!runner.TryRenew(lease))
            (waited ??= []).Add(lease);
    }

    /// <summary>
    /// Checks deliveries, and adds those that are still to be sent. If the check fails, nothing is sent: the leases are given
    /// back, and the next lease of each delivery is checked again.
    /// </summary>
    public async ValueTask CheckAsync(List<Lease> waited, CancellationToken stopping)
    {
        var left = waited.ToDictionary(lease => lease.Delivery.Id);
        try
        {
            foreach (var lease in await check.CheckAsync(waited, stopping).ConfigureAwait(false))
            {
                _ready.Writer.TryWrite(lease);
                left.Remove(lease.Delivery.Id);
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The worker gives these back together with everything else.
            foreach (var lease in left.Values)
                _unchecked.Enqueue(lease);
            throw;
        }
        catch
        {
            await runner.ReturnAsync([.. left.Values], stopping).ConfigureAwait(false);
            throw;
        }
        finally
        {
            foreach (var lease in left.Values)
                capacity.Release(lease.Delivery, leavesWork: false);
        }
    }

    /// <summary>Takes the leases that no runner has read and releases their slots. Called after the worker has stopped.</summary>
    public List<Lease> TakeLeft()
    {
        var left = new List<Lease>();
        while (_ready.Reader.TryRead(out var lease))
        {
            capacity.Release(lease.Delivery);
            left.Add(lease);
        }

        left.AddRange(_unchecked);
        return left;
    }
}
