using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Inboxes;

/// <summary>
/// A live view of an inbox. It reads what has changed from the store, so it misses nothing, whichever process made the change;
/// the signal only makes it read at once.
/// </summary>
/// <remarks>
/// Changes become visible in another order than that of their times, because the clocks of processes differ and transactions take
/// time. Each read therefore goes back by <see cref="Overlap"/> and skips the changes that were already reported.
/// </remarks>
internal sealed class InboxWatch(
    IInboxStore store,
    InboxSignals signals,
    IOptions<InboxOptions> options,
    TimeProvider time,
    string tenant,
    string userId
)
{
    private const int MaxChanges = 100;
    private const int MaxRead = 500;

    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>The changes within the overlap that were reported.</summary>
    private readonly Dictionary<Guid, DateTimeOffset> _reported = [];

    private InboxPosition _position;

    public async IAsyncEnumerable<InboxUpdate> RunAsync(
        string? after,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var signal = signals.Subscribe(tenant, userId);
        var isUnknown = !InboxCursor.TryRead(after ?? "", out _position);
        if (isUnknown)
            _position = new InboxPosition(InboxTime.GetNow(time), Guid.Empty);
        if (isUnknown && after is not null)
            yield return Create() with
            {
                IsReset = true,
            };

        while (true)
        {
            var updates = await ReadChangesAsync(cancellationToken).ConfigureAwait(false);
            foreach (var update in updates)
                yield return update;
            var count = await store.CountUnreadAsync(tenant, userId, InboxUnread.Max, cancellationToken).ConfigureAwait(false);
            yield return Create() with
            {
                Unread = new(count),
            };
            // A reader that has gone is found only by writing to it, so the number is repeated if nothing happens.
            await signal.WaitAsync(options.Value.PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<IReadOnlyList<InboxUpdate>> ReadChangesAsync(CancellationToken cancellationToken)
    {
        var since = _position.At.Ticks > Overlap.Ticks ? _position.At - Overlap : DateTimeOffset.MinValue;
        var changes = await store
            .ListChangesAsync(tenant, userId, new InboxPosition(since, Guid.Empty), MaxRead, cancellationToken)
            .ConfigureAwait(false);
        InboxItem[] fresh = [.. changes.Where(item => _reported.GetValueOrDefault(item.Id) != item.ChangedAt)];
        if (fresh.Length > MaxChanges || changes.Count == MaxRead)
        {
            // The watcher reads the inbox again, so what has changed until now need not be reported.
            _reported.Clear();
            _position = new InboxPosition(InboxTime.GetNow(time) + Overlap, Guid.Empty);
            return [Create() with { IsReset = true }];
        }

        var updates = new List<InboxUpdate>(fresh.Length);
        foreach (var item in fresh)
        {
            _reported[item.Id] = item.ChangedAt;
            if (item.ChangedAt > _position.At)
                _position = new InboxPosition(item.ChangedAt, item.Id);
            updates.Add(Create() with { Item = item });
        }

        foreach (var (id, changedAt) in _reported.Where(reported => reported.Value < _position.At - Overlap).ToArray())
            _reported.Remove(id);
        return updates;
    }

    private InboxUpdate Create() => new() { Position = InboxCursor.Write(_position) };
}
