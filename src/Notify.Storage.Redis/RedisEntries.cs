using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Notify.Storage.Redis;

/// <summary>
/// Entries that never outlive a change of what they were read from. Who misses an entry puts a ticket in its place before reading
/// the store, and may fill it only while the ticket is there. Who changes the store puts a mark in its place before, against
/// which nobody gets a ticket, and takes it away after. So a slow reader cannot fill in what it read before the change; and a
/// mark that was left behind by a crash keeps the entry empty until it expires.
/// </summary>
internal sealed class RedisEntries(RedisCircuit circuit, IOptions<RedisOptions> options, TimeProvider time)
{
    /// <summary>For how long a reader may fill in what it read.</summary>
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

    // Another writer's mark stays for that writer to take away.
    private const string Unmark = """
        local held = redis.call('GET', KEYS[1])
        if held and (held == ARGV[1] or string.sub(held, 1, 1) ~= 'w') then redis.call('DEL', KEYS[1]) end
        return 1
        """;

    private readonly ConcurrentDictionary<RedisKey, string> _untold = new();
    private readonly long _milliseconds = (long)options.Value.CacheFor.TotalMilliseconds;

    /// <summary>What is held of these keys: for each its data, or a ticket to fill it, or neither.</summary>
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

    /// <summary>Fills entries whose tickets still hold.</summary>
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
    /// Says that what these entries show is about to change; to be followed by <see cref="EndChangeAsync"/> with the answer.
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

    /// <summary>Says that the change was made, or was not.</summary>
    public async ValueTask EndChangeAsync(IReadOnlyCollection<RedisKey> entries, string mark)
    {
        if (
            !await UnmarkAsync(entries.Select(key => KeyValuePair.Create(key, mark)), CancellationToken.None)
                .ConfigureAwait(false)
        )
            Postpone(entries, mark);
    }

    /// <summary>
    /// Tells Redis what it was not told while it was away; false while it still is, and then nothing may be read from it.
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

    // Beyond a bound memory matters more than freshness, which the entries' own expiry bounds.
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

/// <summary>What is held under a key.</summary>
/// <param name="Data">The data, or null.</param>
/// <param name="Ticket">
/// The right to fill it, or null where it is filled, or another reader has the right, or it is about to change.
/// </param>
internal readonly record struct Entry(ReadOnlyMemory<byte>? Data, string? Ticket);
