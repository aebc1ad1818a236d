using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.Twilio;

/// <summary>
/// Verifies the signature of Twilio's calls (Twilio, "Security", "Validating Requests"). It is an HMAC-SHA1, keyed with the auth
/// token, over the URL followed by the name and value of each form field, sorted by name.
/// </summary>
internal sealed class TwilioSignature(Uri url, string authToken)
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(authToken);

    // Twilio may sign the URL with or without its port, no matter which of the two it was given. Both forms are accepted.
    private readonly string[] _urls =
    [
        FormatUrl(url, UriComponents.Host),
        FormatUrl(url, UriComponents.Host | UriComponents.StrongPort),
    ];

    /// <summary>Returns whether Twilio signed a call.</summary>
    /// <param name="query">The query of the call as it was received.</param>
    /// <param name="form">The form's fields.</param>
    /// <param name="signature">The signature in base64, or null if the call had none.</param>
    public bool Verify(string query, IEnumerable<KeyValuePair<string, string>> form, string? signature)
    {
        Span<byte> presented = stackalloc byte[HMACSHA1.HashSizeInBytes];
        if (signature is null || !Convert.TryFromBase64String(signature, presented, out var length) || length != presented.Length)
            return false;

        var fields = string.Concat(
            form.Distinct()
                .OrderBy(field => field.Key, StringComparer.Ordinal)
                .ThenBy(field => field.Value, StringComparer.Ordinal)
                .Select(field => field.Key + field.Value)
        );
        // Every candidate is compared in constant time and without an early exit, so the response time reveals nothing.
        var matches = false;
        foreach (var candidate in _urls)
            matches |= CryptographicOperations.FixedTimeEquals(presented, Sign($"{candidate}{query}{fields}"));
        return matches;
    }

    private static string FormatUrl(Uri url, UriComponents authority) =>
        url.GetComponents(UriComponents.Scheme | authority | UriComponents.Path, UriFormat.UriEscaped);

    private byte[] Sign(string text)
    {
#pragma warning disable CA5350 // Twilio requires SHA-1. It is not broken as a keyed hash.
        return HMACSHA1.HashData(_key, Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
    }
}
