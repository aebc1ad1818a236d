using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.Twilio;

/// <summary>
/// The signature that Twilio puts on its calls (Twilio, "Security", "Validating Requests"): HMAC-SHA1 by the auth token over the
/// URL and the form's fields, sorted by name, as name and value after one another.
/// </summary>
internal sealed class TwilioSignature(Uri url, string authToken)
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(authToken);

    // Twilio may sign the URL with its port or without, whichever of the two it was given.
    private readonly string[] _urls = [Form(url, UriComponents.Host), Form(url, UriComponents.Host | UriComponents.StrongPort)];

    /// <param name="query">The query of the call, as it was received.</param>
    /// <param name="form">The form's fields.</param>
    /// <param name="signature">The signature in base64; null when there is none.</param>
    public bool Signs(string query, IEnumerable<KeyValuePair<string, string>> form, string? signature)
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
        var matches = false;
        foreach (var candidate in _urls)
            matches |= CryptographicOperations.FixedTimeEquals(presented, Sign($"{candidate}{query}{fields}"));
        return matches;
    }

    private static string Form(Uri url, UriComponents authority) =>
        url.GetComponents(UriComponents.Scheme | authority | UriComponents.Path, UriFormat.UriEscaped);

    private byte[] Sign(string text)
    {
#pragma warning disable CA5350 // Twilio has chosen it; as a keyed hash SHA-1 is not broken.
        return HMACSHA1.HashData(_key, Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
    }
}
