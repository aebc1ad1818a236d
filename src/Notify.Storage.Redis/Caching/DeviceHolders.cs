using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Storage.Redis.Connection;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Caching;

/// <summary>
/// Records which entries contain a push token. A change names a token and not its user, so a reader records the user whose entry
/// will contain the token, and a writer reads these users. Both run one script on one key, so one of them comes first: either the
/// writer finds the entry, or the reader finds the change and does not fill the entry.
/// </summary>
internal sealed class DeviceHolders(Circuit circuit, CacheEntries entries, KeyNames keys, IOptions<RedisOptions> options)
{
    private const int MostMissed = 100_000;

    // The member '' means that there was a change within the time that a ticket is valid.
    private const string Show = """
        local changed = redis.call('ZSCORE', KEYS[1], '')
        local clock = redis.call('TIME')
        local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
        redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        if changed and tonumber(changed) > now then return 1 end
        return 0
        """;

    private const string Change = """
        local clock = redis.call('TIME')
        local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
        local holders = redis.call('ZRANGE', KEYS[1], 0, -1)
        redis.call('ZADD', KEYS[1], now + ARGV[1], '')
        redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[1]), redis.call('PTTL', KEYS[1])))
        return holders
        """;

    // Longer than the life of any entry that was filled with an earlier ticket.
    private readonly long _milliseconds = (long)options.Value.CacheFor.TotalMilliseconds + (2 * CacheEntries.TicketMilliseconds);

    private readonly ConcurrentDictionary<RedisKey, string> _missed = new();

    /// <summary>
    /// Records that the entry of a user will contain these devices. Returns false if the entry must not be filled.
    /// </summary>
    public async ValueTask<bool> ShowAsync(
        string tenant,
        string userId,
        IReadOnlyList<Device> devices,
        CancellationToken cancellationToken
    )
    {
        if (devices.Count == 0)
            return true;

        var changed = await circuit
            .AskAsync(
                database =>
                    Task.WhenAll(
                        devices
                            .Select(device => keys.UsersOfToken(tenant, device.Token))
                            .Select(key => database.ScriptEvaluateAsync(Show, [key], [userId, _milliseconds]))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return changed.IsGiven && changed.Value.All(answer => (int)answer == 0);
    }

    /// <summary>Announces that the device of a token changes, and returns the users whose entries may show it.</summary>
    public async ValueTask<IReadOnlyList<string>> ChangeAsync(string tenant, string token, CancellationToken cancellationToken)
    {
        var changing = keys.UsersOfToken(tenant, token);
        if (await AskAsync([changing], cancellationToken).ConfigureAwait(false) is { } holders)
            return holders;

        // Beyond a limit, memory matters more than freshness. The expiry of the entries limits how stale they can be.
        if (_missed.Count < MostMissed)
            _missed[changing] = tenant;
        return [];
    }

    /// <summary>
    /// Empties the entries that may contain data that changed while Redis was unavailable. Returns false while it is still
    /// unavailable; no entry may be used then.
    /// </summary>
    public async ValueTask<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_missed.IsEmpty)
            return true;

        var missed = _missed.ToArray();
        foreach (var tenant in missed.GroupBy(change => change.Value, change => change.Key))
        {
            if (await AskAsync([.. tenant], cancellationToken).ConfigureAwait(false) is not { } users)
                return false;

            // If Redis fails again now, the entries are emptied later, so these changes need not be kept here.
            await entries
                .EndChangeAsync([.. users.Select(user => keys.DevicesOfUser(tenant.Key, user))], mark: "")
                .ConfigureAwait(false);
        }

        foreach (var (change, _) in missed)
            _missed.TryRemove(change, out _);
        return true;
    }

    private async ValueTask<IReadOnlyList<string>?> AskAsync(RedisKey[] changing, CancellationToken cancellationToken)
    {
        var holders = await circuit
            .AskAsync(
                database =>
                    Task.WhenAll(
                        changing.Select(key => database.ScriptEvaluateAsync(Change, [key], [2 * CacheEntries.TicketMilliseconds]))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return holders.IsGiven
            ?
            [
                .. holders
                    .Value.SelectMany(users => (RedisValue[]?)users ?? [])
                    .Select(user => user.ToString())
                    .Where(user => user.Length > 0)
                    .Distinct(),
            ]
            : null;
    }
}
