using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Core.Keys;

/// <summary>The text that callers send as an API key, such as <c>nk_live_0CLq…</c>.</summary>
/// <remarks>
/// After the prefix follow the ID of the key (16 bytes), 32 random bytes, and a checksum, in base 62. A caller that mistypes a
/// key, and a scanner that searches for leaked keys, can check it without a call. The ID finds the key in the store.
/// </remarks>
internal static class ApiKeySecret
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Prefix = "nk_";
    private const string Client = "client";
    private const int IdBytes = 16;
    private const int Bytes = IdBytes + 32;

    /// <summary>The number of digits that 48 bytes need: 384 bits at 5.95 bits each.</summary>
    private const int BodyLength = 65;

    private const int ChecksumLength = 6;

    /// <summary>The number of characters that a person sees of a key. The ID alone determines them.</summary>
    private const int StartLength = 8 + 12;

    /// <summary>Creates the secret of a key from 32 random bytes.</summary>
    public static string Create(ApiKeyKind kind, Guid id) => Create(GetName(kind), id);

    /// <summary>Creates the secret of a client from 32 random bytes.</summary>
    public static string CreateForClient(Guid id) => Create(Client, id);

    private static string Create(string name, Guid id)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[IdBytes..]);
        var body = $"{Prefix}{name}_{Encode(new BigInteger(bytes, isUnsigned: true, isBigEndian: true), BodyLength)}";
        return body + ComputeChecksum(body);
    }

    /// <summary>Gets the first characters, which do not reveal any of the random bytes.</summary>
    public static string GetStart(string secret) => secret[..StartLength];

    /// <summary>Determines whether a text has the form of a key, and gets the ID of the key.</summary>
    public static bool TryParse(string text, out Guid id)
    {
        id = default;
        var bodyStart = text.Length - BodyLength - ChecksumLength;
        if (bodyStart < 0 || !IsPrefix(text.AsSpan(0, bodyStart)) || !HasChecksum(text))
            return false;

        var number = BigInteger.Zero;
        foreach (var character in text.AsSpan(bodyStart, BodyLength))
        {
            var digit = Digits.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            number = (number * Digits.Length) + digit;
        }

        var length = number.GetByteCount(isUnsigned: true);
        if (length > Bytes)
            return false;
        Span<byte> bytes = stackalloc byte[Bytes];
        number.TryWriteBytes(bytes[(Bytes - length)..], out _, isUnsigned: true, isBigEndian: true);
        id = new Guid(bytes[..IdBytes], bigEndian: true);
        return true;
    }

    /// <summary>
    /// Hashes a secret for the store. A fast hash without a salt is right: 256 random bits cannot be guessed, however fast the
    /// guesses are. Only passwords that people choose need a slow hash.
    /// </summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static bool IsPrefix(ReadOnlySpan<char> text) => text is "nk_live_" or "nk_test_" or "nk_team_" or "nk_client_";

    private static string GetName(ApiKeyKind kind) =>
        kind switch
        {
            ApiKeyKind.Test => "test",
            ApiKeyKind.Team => "team",
            _ => "live",
        };

    private static bool HasChecksum(string text) =>
        text.EndsWith(ComputeChecksum(text[..^ChecksumLength]), StringComparison.Ordinal);

    private static string ComputeChecksum(string body) =>
        Encode(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(body))), ChecksumLength);

    private static string Encode(BigInteger number, int length) => string.Create(length, number, static (digits, number) =>
        {
            for (var i = digits.Length - 1; i >= 0; i--)
            {
                number = BigInteger.DivRem(number, Digits.Length, out var digit);
                digits[i] = Digits[(int)digit];
            }
        });
}
