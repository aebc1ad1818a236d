using System.Threading.Channels;

namespace Notify.Core.Inboxes;

/// <summary>
/// Wakes the watchers of an inbox when an event reports a change of it. The events of a tenant are watched once, however many of
/// its inboxes are watched. Events can be lost, so watchers also read the store from time to time.
/// </summary>
internal sealed class InboxSignals(IEventFeed feed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TenantWatch> _tenants = new(StringComparer.Ordinal);

    /// <summary>Subscribes to the changes of an inbox that happen after this call.</summary>
    public InboxSignal Subscribe(string tenant, string userId)
    {
        lock (_lock)
        {
            if (!_tenants.TryGetValue(tenant, out var watch))
                _tenants.Add(tenant, watch = new TenantWatch());

            var signal = new InboxSignal(this, tenant, userId);
            if (!watch.ByUser.TryGetValue(userId, out var signals))
                watch.ByUser.Add(userId, signals = []);
            signals.Add(signal);
            if (watch.ByUser.Count == 1 && signals.Count == 1)
                Start(tenant, watch);
            return signal;
        }
    }

    internal void Leave(InboxSignal signal)
    {
        lock (_lock)
        {
            var watch = _tenants[signal.Tenant];
            var signals = watch.ByUser[signal.UserId];
            signals.Remove(signal);
            if (signals.Count == 0)
                watch.ByUser.Remove(signal.UserId);
            if (watch.ByUser.Count > 0)
                return;

            _tenants.Remove(signal.Tenant);
            watch.Ended.Cancel();
        }
    }

    // The feed watches from this call on, not only from the first read.
    private void Start(string tenant, TenantWatch watch)
    {
        var events = feed.WatchAsync(
            new EventWatch { Tenant = tenant, Types = [NotifyEventTypes.InboxChanged] },
            watch.Ended.Token
        );
        _ = RunAsync(watch, events);
    }

    private async Task RunAsync(TenantWatch watch, IAsyncEnumerable<WatchedEvent> events)
    {
        try
        {
            await foreach (var watched in events.ConfigureAwait(false))
            {
                lock (_lock)
                {
                    if (watched.Event?.Data is InboxEventData { User: var user })
                        Wake(watch.ByUser.GetValueOrDefault(user, []));
                    else if (watched.HasMissed)
                        Wake(watch.ByUser.Values.SelectMany(signals => signals));
                }
            }
        }
        catch (OperationCanceledException) when (watch.Ended.IsCancellationRequested)
        {
            // The last watcher has left.
        }
        finally
        {
            watch.Ended.Dispose();
        }
    }

    private static void Wake(IEnumerable<InboxSignal> signals)
    {
        foreach (var signal in signals)
            signal.Wake();
    }

    private sealed class TenantWatch
    {
        public CancellationTokenSource Ended { get; } = new();

        public Dictionary<string, List<InboxSignal>> ByUser { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>A subscription to the changes of one inbox.</summary>
internal sealed class InboxSignal(InboxSignals signals, string tenant, string userId) : IDisposable
{
    // Several changes before the next wait count as one.
    private readonly Channel<bool> _changes = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    public string Tenant => tenant;

    public string UserId => userId;

    public void Wake() => _changes.Writer.TryWrite(true);

    /// <summary>Waits for a change, at most for a time. Returns whether there was one.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ending = new CancellationTokenSource(limit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, cancellationToken);
        try
        {
            return await _changes.Reader.ReadAsync(ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => signals.Leave(this);
}
