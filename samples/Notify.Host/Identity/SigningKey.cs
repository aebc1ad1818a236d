using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;

namespace Notify.Host.Identity;

/// <summary>A key that signs access tokens (ES256).</summary>
internal sealed class SigningKey
{
    private readonly StoredSigningKey _stored;

    public SigningKey(int number, StoredSigningKey stored)
    {
        (Number, _stored) = (number, stored);
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(stored.Public, out _);
        PublicKey = new ECDsaSecurityKey(key) { KeyId = GetId(stored) };
    }

    /// <summary>Gets the number, which increases with each key.</summary>
    public int Number { get; }

    /// <summary>Gets the ID in tokens.</summary>
    public string Id => PublicKey.KeyId;

    /// <summary>Gets the time from which the key signs, until the next one does.</summary>
    public DateTimeOffset SignsFrom => _stored.SignsFrom;

    /// <summary>Gets the key that verifies.</summary>
    public ECDsaSecurityKey PublicKey { get; }

    /// <summary>Gets the key that signs; null until it was decrypted.</summary>
    public SigningCredentials? Credentials { get; private set; }

    /// <summary>Decrypts the key that signs. Only the processes that issue tokens need it.</summary>
    public void Unlock(ISecretProtector protector)
    {
        if (Credentials is not null)
            return;

        var key = ECDsa.Create();
        var secret = Convert.FromBase64String(protector.Unprotect(_stored.Private, GetPurpose(_stored)).Value);
        key.ImportPkcs8PrivateKey(secret, out _);
        CryptographicOperations.ZeroMemory(secret);
        Credentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = Id }, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>Creates a key to store.</summary>
    public static StoredSigningKey Create(DateTimeOffset signsFrom, ISecretProtector protector)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var stored = new StoredSigningKey
        {
            SignsFrom = signsFrom,
            Public = key.ExportSubjectPublicKeyInfo(),
            Private = "",
        };
        var secret = key.ExportPkcs8PrivateKey();
        try
        {
            return stored with { Private = protector.Protect(Convert.ToBase64String(secret), GetPurpose(stored)) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static string GetId(StoredSigningKey stored) =>
        Base64UrlEncoder.Encode(SHA256.HashData(stored.Public).AsSpan(0, 16).ToArray());

    private static string GetPurpose(StoredSigningKey stored) => $"signing-key/{GetId(stored)}";
}

/// <summary>A signing key as the store keeps it.</summary>
internal sealed record StoredSigningKey
{
    public required DateTimeOffset SignsFrom { get; init; }

    public required byte[] Public { get; init; }

    /// <summary>Gets the private key, encrypted with <see cref="ISecretProtector"/>.</summary>
    public required string Private { get; init; }

    public static StoredSigningKey Read(ReadOnlyMemory<byte> content) =>
        JsonSerializer.Deserialize(content.Span, SigningKeyJson.Default.StoredSigningKey)!;

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SigningKeyJson.Default.StoredSigningKey);

    // A record would write the key.
    public override string ToString() => "signing key";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredSigningKey))]
internal sealed partial class SigningKeyJson : JsonSerializerContext;
