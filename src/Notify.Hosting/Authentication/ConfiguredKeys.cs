using System.Security.Cryptography;
using System.Text;

namespace Notify.Hosting.Authentication;

/// <summary>
/// The keys of the configuration. Only their hashes are kept. As all hashes have the same length, the time of a comparison
/// reveals nothing.
/// </summary>
internal sealed class ConfiguredKeys(IEnumerable<string> keys)
{
    private readonly byte[][] _hashes = [.. keys.Select(Hash)];

    public bool None => _hashes.Length == 0;

    public int Count => _hashes.Length;

    /// <summary>Finds the number of a key, starting at 1. Returns null if there is no match.</summary>
    public int? Find(string key)
    {
        // Compares with every key, without an early exit, so that the time does not depend on which key matches.
        var presented = Hash(key);
        int? match = null;
        for (var i = 0; i < _hashes.Length; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(_hashes[i], presented))
                match = i + 1;
        }

        return match;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
