using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Core.Signing;

/// <summary>
/// Signs texts, such as those of links, so that they can be given away and read again without being stored. A token is a
/// signature, followed by the purpose and the parts that it signs, in base64url.
/// </summary>
/// <param name="purpose">
/// The first part of the signed text. A token for another purpose is refused even if its signature is valid.
/// </param>
/// <param name="keys">The secrets. The first one signs, and all of them are accepted. At least one.</param>
internal sealed class SignedText(string purpose, IEnumerable<string> keys)
{
    private const int SignatureSize = 16;

    // Names contain no control characters, so the parts are separated unambiguously.
    private const char Separator = '\u001f';

    private readonly byte[][] _keys = [.. keys.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Creates a token that signs the parts.</summary>
    public string Create(params ReadOnlySpan<string?> parts)
    {
        var signed = Encoding.UTF8.GetBytes(string.Join(Separator, [purpose, .. parts]));
        return Base64Url.EncodeToString([.. Sign(_keys[0], signed), .. signed]);
    }

    /// <summary>Reads the parts of a token; false if it is not genuine.</summary>
    public bool TryRead(string token, [NotNullWhen(true)] out string[]? parts)
    {
        parts = null;
        if (!Base64Url.IsValid(token))
            return false;

        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= SignatureSize)
            return false;

        var signed = bytes.AsSpan(SignatureSize);
        var isGenuine = false;
        foreach (var key in _keys)
            isGenuine |= CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, SignatureSize), Sign(key, signed));
        if (!isGenuine || Encoding.UTF8.GetString(signed).Split(Separator) is not [var first, .. var rest] || first != purpose)
            return false;

        parts = rest;
        return true;
    }

    private static ReadOnlySpan<byte> Sign(byte[] key, ReadOnlySpan<byte> signed) =>
        HMACSHA256.HashData(key, signed).AsSpan(0, SignatureSize);
}
