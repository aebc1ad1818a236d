using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Notify.Core.Events;

/// <summary>
/// The subscriptions of all tenants, in memory. Every <see cref="CheckInterval"/>, while there are events, one document is read
/// to see whether they have changed, so an event costs no read.
/// </summary>
internal sealed class EventSubscriptionCache(
    EventSubscriptionDocuments documents,
    TimeProvider time,
    ILogger<EventSubscriptionCache> logger
)
{
    /// <summary>How long a change takes to reach every process.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    // Bounds the time until a change is seen whose process was killed before it marked the change.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private static readonly EventSubscription[] None = [];

    private readonly Lock _lock = new();
    private Known? _known;
    private Task<Known>? _loading;
    private int _changes;

    /// <summary>Gets the enabled subscriptions of a tenant to events of a type.</summary>
    public ValueTask<IReadOnlyList<EventSubscription>> FindSubscribersAsync(
        string tenant,
        string type,
        CancellationToken cancellationToken
    ) =>
        GetCurrent() is { } known
            ? new(known.FindSubscribers(tenant, type))
            : LoadSubscribersAsync(tenant, type, cancellationToken);

    /// <summary>Finds a subscription; null if it does not exist.</summary>
    public async ValueTask<EventSubscription?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var known = GetCurrent() ?? await LoadAsync(cancellationToken).ConfigureAwait(false);
        return known.Find(tenant).FirstOrDefault(subscription => subscription.Id == id);
    }

    /// <summary>Lets the next event read the subscriptions, because this process has changed one.</summary>
    public void Forget()
    {
        lock (_lock)
            (_known, _loading, _changes) = (null, null, _changes + 1);
    }

    private Known? GetCurrent() =>
        Volatile.Read(ref _known) is { } known && time.GetElapsedTime(known.CheckedAt) < CheckInterval ? known : null;

    private async ValueTask<IReadOnlyList<EventSubscription>> LoadSubscribersAsync(
        string tenant,
        string type,
        CancellationToken cancellationToken
    ) => (await LoadAsync(cancellationToken).ConfigureAwait(false)).FindSubscribers(tenant, type);

    // Concurrent events share one read. It belongs to none of them, so it has no token.
    private Task<Known> LoadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_loading is null or { IsCompleted: true })
                _loading = CheckAsync(_known, _changes);
            return _loading.WaitAsync(cancellationToken);
        }
    }

    private async Task<Known> CheckAsync(Known? known, int changes)
    {
        try
        {
            // Before the subscriptions: a change in between is then read again.
            var change = await documents.FindChangeAsync(CancellationToken.None).ConfigureAwait(false);
            var now = time.GetTimestamp();
            known =
                known is not null && known.Change == change && time.GetElapsedTime(known.ReadAt, now) < MaxAge
                    ? known with
                    {
                        CheckedAt = now,
                    }
                    : Known.Create(await documents.ListAllAsync(CancellationToken.None).ConfigureAwait(false), change, now);
        }
        catch (Exception exception) when (known is not null)
        {
            Log.SubscriptionsUnknown(logger, exception);
            known = known with { CheckedAt = time.GetTimestamp() };
        }

        lock (_lock)
        {
            // A read that began before this process made a change must not hide the change.
            if (changes == _changes)
                _known = known;
        }

        return known;
    }

    private sealed record Known
    {
        public required FrozenDictionary<string, EventSubscription[]> Tenants { get; init; }

        public required Guid? Change { get; init; }

        public required long ReadAt { get; init; }

        public required long CheckedAt { get; init; }

        public static Known Create(IEnumerable<EventSubscription> all, Guid? change, long now) =>
            new()
            {
                Tenants = all.GroupBy(subscription => subscription.Tenant, StringComparer.Ordinal)
                    .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal),
                Change = change,
                ReadAt = now,
                CheckedAt = now,
            };

        public EventSubscription[] Find(string tenant) =>
            Tenants.Count > 0 && Tenants.TryGetValue(tenant, out var found) ? found : None;

        public IReadOnlyList<EventSubscription> FindSubscribers(string tenant, string type) =>
            Find(tenant) is { Length: > 0 } found ? [.. found.Where(subscription => IsSubscribed(subscription, type))] : None;

        private static bool IsSubscribed(EventSubscription subscription, string type) =>
            subscription.IsEnabled && subscription.Types.Any(pattern => NotifyEventTypes.Matches(pattern, type));
    }
}
