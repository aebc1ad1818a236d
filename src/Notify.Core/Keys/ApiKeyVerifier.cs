using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Notify.Core.Keys;

/// <summary>Verifies the keys that callers send, mostly without asking the store.</summary>
/// <remarks>
/// A key that was read is used for a few seconds, so that a revocation takes effect within that time. A text that is not a key is
/// refused by its checksum. Only a text that someone formed like a key, and a key that this process sees for the first time, need
/// a lookup before anything is known about them. Their number per second is limited, which also bounds the memory for IDs that do
/// not exist. Keys that this process knows do not count, so a flood of invented keys cannot lock out their users.
/// </remarks>
internal sealed class ApiKeyVerifier(ApiKeyDocuments documents, TimeProvider time, ILogger<ApiKeyVerifier> logger)
{
    /// <summary>The number of IDs that this process does not know and looks up per second.</summary>
    internal const int MaxNewPerSecond = 200;

    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, Entry> _known = new();
    private readonly ConcurrentDictionary<Guid, long> _missing = new();
    private readonly ConcurrentDictionary<Guid, Lazy<Task<Entry?>>> _loading = new();
    private readonly Lock _budgetLock = new();
    private long _budgetSecond;
    private int _budgetUsed;
    private int _changes;

    /// <summary>Verifies a key.</summary>
    /// <param name="secret">The text that the caller sent.</param>
    /// <param name="maxAge">The time for which an earlier answer of the store is used.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async ValueTask<KeyVerification> VerifyAsync(string secret, TimeSpan maxAge, CancellationToken cancellationToken)
    {
        if (!ApiKeySecret.TryParse(secret, out var id))
            return default;

        var (entry, isBusy) = await FindEntryAsync(id, maxAge, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (entry is null || !entry.Stored.Accepts(ApiKeySecret.Hash(secret), now))
            return new KeyVerification { IsBusy = isBusy };
        await RecordUseAsync(entry, now).ConfigureAwait(false);
        return new KeyVerification { Key = entry.Stored.ToKey(entry.Tenant, id, now) };
    }

    /// <summary>Finds the key whose secret someone else has verified; null if the key or the secret is not accepted.</summary>
    /// <param name="id">The ID of the key.</param>
    /// <param name="secretId">The text that identifies the secret.</param>
    /// <param name="maxAge">The time for which an earlier answer of the store is used.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async ValueTask<ApiKey?> FindAsync(Guid id, string secretId, TimeSpan maxAge, CancellationToken cancellationToken)
    {
        var (entry, _) = await FindEntryAsync(id, maxAge, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        return entry?.Stored.AcceptsSecretId(secretId, now) is true ? entry.Stored.ToKey(entry.Tenant, id, now) : null;
    }

    /// <summary>Forgets a key that was changed in this process.</summary>
    public void Forget(Guid id)
    {
        Interlocked.Increment(ref _changes);
        _known.TryRemove(id, out _);
        // A lookup that began before the change may answer calls that began before it, but no later ones.
        _loading.TryRemove(id, out _);
    }

    private async ValueTask<(Entry? Entry, bool IsBusy)> FindEntryAsync(
        Guid id,
        TimeSpan maxAge,
        CancellationToken cancellationToken
    )
    {
        if (!_known.TryGetValue(id, out var entry) || IsOld(entry.ReadAt, maxAge))
        {
            if (entry is null)
            {
                if (_missing.TryGetValue(id, out var missingAt) && !IsOld(missingAt, maxAge))
                    return default;
                if (!_loading.ContainsKey(id) && !TryTakeBudget())
                    return (null, true);
            }

            entry = await LoadOnceAsync(id, maxAge).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return (entry, false);
    }

    private bool IsOld(long readAt, TimeSpan maxAge) => time.GetElapsedTime(readAt) >= maxAge;

    // Concurrent calls with the same key share one lookup.
    private Task<Entry?> LoadOnceAsync(Guid id, TimeSpan maxAge) =>
        _loading.GetOrAdd(id, id => new Lazy<Task<Entry?>>(() => LoadAsync(id, maxAge))).Value;

    private async Task<Entry?> LoadAsync(Guid id, TimeSpan maxAge)
    {
        try
        {
            var changes = Volatile.Read(ref _changes);
            var readAt = time.GetTimestamp();
            var found = await documents.FindAsync(id, CancellationToken.None).ConfigureAwait(false);
            if (found is null)
            {
                _known.TryRemove(id, out _);
                RememberMissing(id, readAt, maxAge);
                return null;
            }

            var entry = new Entry(id, found.Key.Tenant, StoredApiKey.Read(found.Content), readAt);
            // What was read before a change in this process must not be used after it.
            if (changes == Volatile.Read(ref _changes))
                _known[id] = entry;
            return entry;
        }
        finally
        {
            _loading.TryRemove(id, out _);
        }
    }

    // The number of entries is at most the budget of the time for which they are used, plus those of one more second.
    private void RememberMissing(Guid id, long readAt, TimeSpan maxAge)
    {
        _missing[id] = readAt;
        if (_missing.Count <= MaxNewPerSecond)
            return;
        foreach (var (old, _) in _missing.Where(missing => IsOld(missing.Value, maxAge)))
            _missing.TryRemove(old, out _);
    }

    private bool TryTakeBudget()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        lock (_budgetLock)
        {
            if (second != _budgetSecond)
                (_budgetSecond, _budgetUsed) = (second, 0);
            return ++_budgetUsed <= MaxNewPerSecond;
        }
    }

    // The change checks the time again, because another process may have written it.
    private async ValueTask RecordUseAsync(Entry entry, DateTimeOffset now)
    {
        if (!IsDue(entry.Stored.LastUsedAt, now) || !entry.TryRecordUse())
            return;

        try
        {
            await documents
                .Store.UpdateAsync(
                    documents.GetKey(entry.Tenant, entry.Id),
                    content =>
                        content is not null && StoredApiKey.Read(content.Value) is var stored && IsDue(stored.LastUsedAt, now)
                            ? (ReadOnlyMemory<byte>?)(stored with { LastUsedAt = now }).Write()
                            : null,
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The call itself does not depend on it.
            Log.UseNotRecorded(logger, entry.Id, exception);
        }
    }

    private static bool IsDue(DateTimeOffset? lastUsedAt, DateTimeOffset now) =>
        lastUsedAt is null || now - lastUsedAt >= UseInterval;

    private sealed class Entry(Guid id, string tenant, StoredApiKey stored, long readAt)
    {
        private int _isRecorded;

        public Guid Id => id;

        public string Tenant => tenant;

        public StoredApiKey Stored => stored;

        public long ReadAt => readAt;

        public bool TryRecordUse() => Interlocked.Exchange(ref _isRecorded, 1) == 0;
    }
}

/// <summary>The result of verifying a key.</summary>
internal readonly record struct KeyVerification
{
    /// <summary>Gets the key; null if it is not accepted.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Gets whether too many unknown keys were sent, so that this one was not looked up.</summary>
    public bool IsBusy { get; init; }
}
