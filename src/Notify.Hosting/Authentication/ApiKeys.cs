using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Hosting.Authentication;

/// <summary>The keys that open the API. Only their hashes are kept, which also makes every comparison equally long.</summary>
internal sealed class ApiKeys(IEnumerable<string> keys)
{
    private readonly byte[][] _hashes = [.. keys.Select(Hash)];

    public bool None => _hashes.Length == 0;

    public int Count => _hashes.Length;

    /// <summary>Finds the key that a call presents: its number, counted from 1; null when it presents none of them.</summary>
    public int? Find(string? authorization) =>
        AuthenticationHeaderValue.TryParse(authorization, out var header) && Presented(header) is { } key ? Match(key) : null;

    private int? Match(string key)
    {
        var presented = Hash(key);
        int? match = null;
        for (var i = 0; i < _hashes.Length; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(_hashes[i], presented))
                match = i + 1;
        }

        return match;
    }

    private static string? Presented(AuthenticationHeaderValue header) =>
        header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => header.Parameter,
            "BASIC" => PasswordOf(header.Parameter ?? ""),
            _ => null,
        };

    /// <summary>RFC 7617 section 2: the base64 of user, colon, password. The user name is free.</summary>
    private static string? PasswordOf(string credentials)
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
