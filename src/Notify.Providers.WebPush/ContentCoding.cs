using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Notify.Providers.WebPush;

/// <summary>The content coding <c>aes128gcm</c> (RFC 8188) of a content that fits one record.</summary>
internal static class ContentCoding
{
    public const string Name = "aes128gcm";

    public const int SaltLength = 16;

    /// <summary>
    /// What surrounds the plaintext, less the key id: salt, record size, length of the key id; delimiter and tag.
    /// </summary>
    public const int Overhead = FixedHeaderLength + TrailerLength;

    /// <summary>The delimiter and the tag.</summary>
    public const int TrailerLength = 1 + TagLength;

    private const int RecordSize = 4096;
    private const int FixedHeaderLength = SaltLength + sizeof(uint) + 1;
    private const int TagLength = 16;
    private const int KeyLength = 16;
    private const int NonceLength = 12;

    /// <summary>Section 2: the delimiter of the last record.</summary>
    private const byte LastRecord = 2;

    public static int HeaderLength(int keyIdLength) => FixedHeaderLength + keyIdLength;

    /// <summary>Encrypts in place.</summary>
    /// <param name="body">Room for the header, the plaintext, and room for the trailer.</param>
    /// <param name="inputKey">The secret that key and nonce are derived from.</param>
    /// <param name="salt">16 random bytes.</param>
    /// <param name="keyId">What tells the receiver which secret it is; at most 255 bytes.</param>
    public static void Encrypt(Span<byte> body, ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> keyId)
    {
        WriteHeader(body, salt, keyId);
        Span<byte> key = stackalloc byte[KeyLength];
        Span<byte> nonce = stackalloc byte[NonceLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, inputKey, key, salt, "Content-Encoding: aes128gcm\0"u8);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, inputKey, nonce, salt, "Content-Encoding: nonce\0"u8);

        // The nonce of the first record, whose number is 0, is the derived one itself.
        var record = body[HeaderLength(keyId.Length)..^TagLength];
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
