using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Connection;

/// <summary>
/// Cached entries that never outlive a change of the stored data. A reader that misses an entry puts a ticket in its place before
/// it reads the store, and may fill the entry only while the ticket is there. A writer puts a mark in its place before it changes
/// the store, and removes it afterwards; while the mark is there, readers get no ticket. So a slow reader cannot fill an entry
/// with data from before a change. A mark that a crash left behind keeps the entry empty until it expires.
/// </summary>
internal sealed class CacheEntries(Circuit circuit, IOptions<RedisOptions> options, TimeProvider time)
{
    /// <summary>The time within which a reader may fill an entry, in milliseconds.</summary>
    public const int TicketMilliseconds = 10_000;

    private const int MarkMilliseconds = 60_000;
    private const int MostUntold = 100_000;
    private const byte Data = (byte)'d';

    private const string FindOrTicket = """
        local held = redis.call('GET', KEYS[1])
        if not held then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return ARGV[1] end
        return held
        """;

    private const string FillForTicket =
        "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0";

    private const string Mark = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1";

    // The mark of another writer stays until that writer removes it.
    private const string Unmark = """
        local held = redis.call('GET', KEYS[1])
        if held and (held == ARGV[1] or string.sub(held, 1, 1) ~= 'w') then redis.call('DEL', KEYS[1]) end
        return 1
        """;

    private readonly ConcurrentDictionary<RedisKey, string> _untold = new();
    private readonly long _milliseconds = (long)options.Value.CacheFor.TotalMilliseconds;

    /// <summary>Reads entries. Each result has the data, a ticket to fill the entry, or neither.</summary>
    public async ValueTask<Entry[]> FindAsync(IReadOnlyList<RedisKey> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return [];

        if (!await CatchUpAsync(cancellationToken).ConfigureAwait(false))
            return new Entry[entries.Count];

        var ticket = $"t{NewId()}";
        var held = await circuit
            .AskAsync(
                database =>
                    Task.WhenAll(
                        entries.Select(key => database.ScriptEvaluateAsync(FindOrTicket, [key], [ticket, TicketMilliseconds]))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return held.IsGiven ? [.. held.Value.Select(value => Read((byte[]?)value, ticket))] : new Entry[entries.Count];
    }

    /// <summary>Fills entries whose tickets are still valid.</summary>
    public async ValueTask FillAsync(
        IReadOnlyList<(RedisKey Key, string Ticket, byte[] Data)> entries,
        CancellationToken cancellationToken
    )
    {
        if (entries.Count == 0)
            return;

        await circuit
            .AskAsync(
                database =>
                    Task.WhenAll(
                        entries.Select(entry =>
                            database.ScriptEvaluateAsync(
                                FillForTicket,
                                [entry.Key],
                                [entry.Ticket, (byte[])[Data, .. entry.Data], _milliseconds]
                            )
                        )
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Marks entries whose data is about to change. Call <see cref="EndChangeAsync"/> with the returned mark afterwards.
    /// </summary>
    public async ValueTask<string> BeginChangeAsync(IReadOnlyCollection<RedisKey> entries, CancellationToken cancellationToken)
    {
        var mark = $"w{NewId()}";
        var marked =
            entries.Count == 0
            || (
                await circuit
                    .AskAsync(
                        database =>
                            Task.WhenAll(
                                entries.Select(key => database.ScriptEvaluateAsync(Mark, [key], [mark, MarkMilliseconds]))
                            ),
                        cancellationToken
                    )
                    .ConfigureAwait(false)
            ).IsGiven;
        if (!marked)
            Postpone(entries, mark);
        return mark;
    }

    /// <summary>Removes the mark after the change was made or has failed.</summary>
    public async ValueTask EndChangeAsync(IReadOnlyCollection<RedisKey> entries, string mark)
    {
        if (
            !await UnmarkAsync(entries.Select(key => KeyValuePair.Create(key, mark)), CancellationToken.None)
                .ConfigureAwait(false)
        )
            Postpone(entries, mark);
    }

    /// <summary>
    /// Reports to Redis the changes that it missed while it was unavailable. Returns false while it is still unavailable; no
    /// entry may be read then.
    /// </summary>
    public async ValueTask<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_untold.IsEmpty)
            return true;

        var untold = _untold.ToArray();
        if (!await UnmarkAsync(untold, cancellationToken).ConfigureAwait(false))
            return false;
        foreach (var entry in untold)
            _untold.TryRemove(entry);
        return true;
    }

    private async ValueTask<bool> UnmarkAsync(
        IEnumerable<KeyValuePair<RedisKey, string>> entries,
        CancellationToken cancellationToken
    ) =>
        (
            await circuit
                .AskAsync(
                    database =>
                        Task.WhenAll(entries.Select(entry => database.ScriptEvaluateAsync(Unmark, [entry.Key], [entry.Value]))),
                    cancellationToken
                )
                .ConfigureAwait(false)
        ).IsGiven;

    // Beyond a limit, memory matters more than freshness. The expiry of the entries limits how stale they can be.
    private void Postpone(IReadOnlyCollection<RedisKey> entries, string mark)
    {
        foreach (var key in entries.TakeWhile(_ => _untold.Count < MostUntold))
            _untold[key] = mark;
    }

    private string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    private static Entry Read(byte[]? value, string ticket)
    {
        if (value is not { Length: > 0 })
            return default;
        if (value[0] == Data)
            return new Entry(value.AsMemory(1), null);
        return value.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(ticket)) ? new Entry(null, ticket) : default;
    }
}

/// <summary>The result of reading an entry.</summary>
/// <param name="Data">The data, or null.</param>
/// <param name="Ticket">
/// The right to fill the entry; null if it is filled, if another reader has the right, or if the data is about to change.
/// </param>
internal readonly record struct Entry(ReadOnlyMemory<byte>? Data, string? Ticket);
