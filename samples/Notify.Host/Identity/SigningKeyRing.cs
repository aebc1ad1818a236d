// The keys are documents of the store, whose contract is experimental.
#pragma warning disable NOTIFY001
using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using Notify.Storage;
using OpenIddict.Server;

namespace Notify.Host.Identity;

/// <summary>
/// The keys that sign access tokens. They are kept in the store, so that all processes share them: the processes of the role
/// <c>auth</c> create them and sign, and the others verify.
/// </summary>
/// <remarks>
/// Each key has a number. The store lets only one process create the next one. A key is published before it signs, and kept until
/// the last token that it signed has expired.
/// </remarks>
internal sealed class SigningKeyRing(
    IDocumentStore documents,
    ISecretProtector protector,
    TimeProvider time,
    IOptions<TokenServerOptions> options
) : IOptionsChangeTokenSource<OpenIddictServerOptions>
{
    private const string Collection = "signing-keys";

    /// <summary>The shortest time between two reads that tokens with unknown keys cause.</summary>
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    /// <summary>The time for which a key is kept beyond its last token, for clocks that differ.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _lock = new(1, 1);
    private volatile SigningKey[] _keys = [];
    private CancellationTokenSource _changed = new();
    private long? _readAt;

    /// <summary>Gets all keys, in the order in which they sign.</summary>
    public IReadOnlyList<SigningKey> Keys => _keys;

    /// <summary>Gets the name of the options that depend on the keys.</summary>
    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Gets the key that signs now.</summary>
    public SigningCredentials GetSigner()
    {
        var now = time.GetUtcNow();
        var unlocked = _keys.Where(key => key.Credentials is not null).ToArray();
        // The first key of an installation signs at once, also by a clock that is behind that of the process that created it.
        return (unlocked.LastOrDefault(key => key.SignsFrom <= now) ?? unlocked[0]).Credentials!;
    }

    /// <summary>Reads the keys again if none has an ID.</summary>
    public async ValueTask PrepareAsync(string keyId, CancellationToken cancellationToken)
    {
        if (_keys.Any(key => key.Id == keyId))
            return;

        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_readAt is not { } readAt || time.GetElapsedTime(readAt) >= MinInterval)
                await ReadAsync(cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>Reads the keys.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>Reads the keys, creates the next one if it is time, and removes those that are not needed any more.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        var last = _keys.LastOrDefault();
        var now = time.GetUtcNow();
        var (lifetime, lead) = (options.Value.KeyLifetime, options.Value.KeyLead);
        if (last is null || now >= last.SignsFrom + lifetime - lead)
        {
            var signsFrom =
                last is null ? now
                : last.SignsFrom + lifetime > now + lead ? last.SignsFrom + lifetime
                : now + lead;
            ReadOnlyMemory<byte> created = SigningKey.Create(signsFrom, protector).Write();
            var key = GetKey((last?.Number ?? 0) + 1);
            await documents.UpdateAsync(key, stored => stored is null ? created : null, cancellationToken);
        }

        var keys = _keys;
        for (var i = 0; i + 1 < keys.Length; i++)
        {
            if (now > keys[i + 1].SignsFrom + options.Value.TokenLifetime + Margin)
                await documents.RemoveAsync(GetKey(keys[i].Number), _ => true, cancellationToken);
        }

        await RefreshAsync(cancellationToken);
        foreach (var key in _keys)
            key.Unlock(protector);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        _readAt = time.GetTimestamp();
        var stored = await documents.ListAsync(new DocumentQuery { Collection = Collection, Tenant = "" }, cancellationToken);
        var known = _keys.ToDictionary(key => key.Number);
        SigningKey[] keys =
        [
            .. stored.Select(document =>
            {
                var number = int.Parse(document.Key.Id, CultureInfo.InvariantCulture);
                return known.GetValueOrDefault(number) ?? new SigningKey(number, StoredSigningKey.Read(document.Content));
            }),
        ];
        if (keys.SequenceEqual(_keys))
            return;

        _keys = keys;
        // The server publishes the keys in its options.
        Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
    }

    private static DocumentKey GetKey(int number) => new(Collection, "", number.ToString("D10", CultureInfo.InvariantCulture));
}
