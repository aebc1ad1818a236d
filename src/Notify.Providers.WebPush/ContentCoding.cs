using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Notify.Providers.WebPush;

/// <summary>Applies the content coding <c>aes128gcm</c> (RFC 8188) to a content that fits into one record.</summary>
internal static class ContentCoding
{
    public const string Name = "aes128gcm";

    public const int SaltLength = 16;

    /// <summary>
    /// The number of bytes that the coding adds to the plaintext, not counting the key id: the salt, the record size and the
    /// length of the key id before it, the delimiter and the tag after it.
    /// </summary>
    public const int Overhead = FixedHeaderLength + TrailerLength;

    /// <summary>The length of the delimiter and the tag, which follow the plaintext.</summary>
    public const int TrailerLength = 1 + TagLength;

    private const int RecordSize = 4096;
    private const int FixedHeaderLength = SaltLength + sizeof(uint) + 1;
    private const int TagLength = 16;
    private const int KeyLength = 16;
    private const int NonceLength = 12;

    /// <summary>The delimiter of the last record (section 2).</summary>
    private const byte LastRecord = 2;

    public static int GetHeaderLength(int keyIdLength) => FixedHeaderLength + keyIdLength;

    /// <summary>Encrypts a body in place.</summary>
    /// <param name="body">The plaintext, with space for the header before it and for the trailer after it.</param>
    /// <param name="inputKey">The secret from which the key and nonce are derived.</param>
    /// <param name="salt">16 random bytes.</param>
    /// <param name="keyId">The id by which the receiver finds the secret, at most 255 bytes.</param>
    public static void Encrypt(Span<byte> body, ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> keyId)
    {
        WriteHeader(body, salt, keyId);
        Span<byte> key = stackalloc byte[KeyLength];
        Span<byte> nonce = stackalloc byte[NonceLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, inputKey, key, salt, "Content-Encoding: aes128gcm\0"u8);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, inputKey, nonce, salt, "Content-Encoding: nonce\0"u8);

        // RFC 8188 combines the derived nonce with the record's number by XOR. The only record has number 0, so the derived nonce
        // is used unchanged.
        var record = body[GetHeaderLength(keyId.Length)..^TagLength];
        record[^1] = LastRecord;
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(nonce, record, record, body[^TagLength..]);
    }

    private static void WriteHeader(Span<byte> body, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> keyId)
    {
        salt.CopyTo(body);
        BinaryPrimitives.WriteUInt32BigEndian(body[SaltLength..], RecordSize);
        body[FixedHeaderLength - 1] = checked((byte)keyId.Length);
        keyId.CopyTo(body[FixedHeaderLength..]);
    }
}
