using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Hosting.Authentication;

/// <summary>
/// The API keys. Only their hashes are kept. As all hashes have the same length, the time of a comparison reveals nothing.
/// </summary>
internal sealed class ApiKeys(IEnumerable<string> keys)
{
    private readonly byte[][] _hashes = [.. keys.Select(Hash)];

    public bool None => _hashes.Length == 0;

    public int Count => _hashes.Length;

    /// <summary>Finds the number of the key that a call presents, starting at 1. Returns null if there is no match.</summary>
    public int? Find(string? authorization) =>
        AuthenticationHeaderValue.TryParse(authorization, out var header) && ReadKey(header) is { } key ? Match(key) : null;

    private int? Match(string key)
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

    private static string? ReadKey(AuthenticationHeaderValue header) =>
        header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => header.Parameter,
            "BASIC" => ReadPassword(header.Parameter ?? ""),
            _ => null,
        };

    /// <summary>
    /// Reads the password of HTTP Basic credentials: the base64 of user name, colon and password (RFC 7617, section 2). The user
    /// name is ignored.
    /// </summary>
    private static string? ReadPassword(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length))
            return null;

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
