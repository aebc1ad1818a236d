using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Secrets;

/// <summary>
/// Encrypts secrets with ASP.NET Core Data Protection and a key ring of its own, which leaves that of the application alone.
/// </summary>
internal sealed class SecretProtector(KeyRingRepository repository, TimeProvider time) : ISecretProtector, IDisposable
{
    /// <summary>
    /// The beginning of every encrypted text. A secret that does not begin with it was stored without encryption.
    /// </summary>
    private const string Prefix = "protected:1:";

    /// <summary>The shortest time between two loads of the key ring that unknown keys cause.</summary>
    private static readonly TimeSpan LoadInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ServiceProvider? _ring;
    private long _loadedAt;

    public string Protect(string secret, string purpose)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return Prefix + Convert.ToBase64String(GetProtector(purpose).Protect(Encoding.UTF8.GetBytes(secret)));
    }

    public UnprotectedSecret Unprotect(string stored, string purpose)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (!stored.StartsWith(Prefix, StringComparison.Ordinal))
            return new UnprotectedSecret(stored, isCurrent: false);

        var data = new byte[stored.Length];
        if (!Convert.TryFromBase64Chars(stored.AsSpan(Prefix.Length), data, out var length))
            throw new CryptographicException("The stored secret is damaged.");

        data = data[..length];
        var protector = GetProtector(purpose);
        try
        {
            return Unprotect(protector, data);
        }
        catch (CryptographicException) when (TryLoadAgain())
        {
            // Another process may have added the key since this one loaded the key ring: both created the first key at the same
            // time.
            return Unprotect(GetProtector(purpose), data);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _ring?.Dispose();
    }

    // A key that has expired still decrypts, and a revoked one does so too: the secret would be lost otherwise.
    private static UnprotectedSecret Unprotect(IDataProtector protector, byte[] data)
    {
        var secret = ((IPersistedDataProtector)protector).DangerousUnprotect(
            data,
            ignoreRevocationErrors: true,
            out var requiresMigration,
            out var wasRevoked
        );
        return new UnprotectedSecret(Encoding.UTF8.GetString(secret), !requiresMigration && !wasRevoked);
    }

    private IDataProtector GetProtector(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        lock (_lock)
        {
            if (_ring is null)
                Load();
            return _ring!.GetRequiredService<IDataProtectionProvider>().CreateProtector("Notify.Secrets", purpose);
        }
    }

    private bool TryLoadAgain()
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_loadedAt) < LoadInterval)
                return false;

            // Not disposed, because other threads may be using it. It holds no handles.
            Load();
            return true;
        }
    }

    private void Load()
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("Notify");
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = repository);
        _ring = services.BuildServiceProvider();
        _loadedAt = time.GetTimestamp();
    }
}
