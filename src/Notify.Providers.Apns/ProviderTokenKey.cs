using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Notify.Storage;

namespace Notify.Providers.Apns;

/// <summary>
/// Issues provider tokens (JWT, RFC 7519, signed with ES256) and encrypts them for the shared store. The encryption key is
/// derived from the signing key, so only nodes that hold the signing key can read a stored token.
/// </summary>
internal sealed class ProviderTokenKey : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int SealingKeyBytes = 32;

    private static readonly byte[] Purpose = "Notify APNs provider token"u8.ToArray();

    private readonly string _keyId;
    private readonly string _teamId;
    private readonly ECDsa _key;
    private readonly byte[] _sealingKey;

    public ProviderTokenKey(ApnsOptions options)
    {
        (_keyId, _teamId, _key) = (options.KeyId!, options.TeamId!, Credentials.ReadKey(options));
        var secret = _key.ExportParameters(includePrivateParameters: true).D!;
        _sealingKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, SealingKeyBytes, info: Purpose);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>Gets the name under which the nodes share the key's tokens.</summary>
    public string Name => $"apns/{_teamId}/{_keyId}";

    /// <summary>Issues a token. Must not be called concurrently.</summary>
    public ProviderToken Issue(DateTimeOffset now)
    {
        var issuedAt = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var header = Encode(writer =>
        {
            writer.WriteString("alg", "ES256");
            writer.WriteString("kid", _keyId);
        });
        var claims = Encode(writer =>
        {
            writer.WriteString("iss", _teamId);
            writer.WriteNumber("iat", issuedAt.ToUnixTimeSeconds());
        });
        var signed = $"{header}.{claims}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return new ProviderToken($"bearer {signed}.{Base64Url.EncodeToString(signature)}", issuedAt);
    }

    /// <summary>Encrypts a token for the store.</summary>
    public SharedToken Seal(ProviderToken token)
    {
        var text = Encoding.ASCII.GetBytes(token.Authorization);
        var value = new byte[NonceBytes + TagBytes + text.Length];
        var (nonce, tag) = (value.AsMemory(0, NonceBytes), value.AsMemory(NonceBytes, TagBytes));
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(_sealingKey, TagBytes);
        aes.Encrypt(nonce.Span, text, value.AsSpan(NonceBytes + TagBytes), tag.Span, GetAssociatedData(token.IssuedAt));
        return new SharedToken(value, token.IssuedAt);
    }

    /// <summary>
    /// Decrypts a token from the store. Returns null if it was sealed with a different key or has been altered.
    /// </summary>
    public ProviderToken? Open(SharedToken shared)
    {
        var value = shared.Value.Span;
        if (value.Length <= NonceBytes + TagBytes)
            return null;

        var text = new byte[value.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_sealingKey, TagBytes);
        try
        {
            var sealedText = value[(NonceBytes + TagBytes)..];
            var associatedData = GetAssociatedData(shared.IssuedAt);
            aes.Decrypt(value[..NonceBytes], sealedText, value.Slice(NonceBytes, TagBytes), text, associatedData);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return new ProviderToken(Encoding.ASCII.GetString(text), shared.IssuedAt);
    }

    // The sealing key is deliberately not zeroed. A refresh may still be running, and it would then encrypt its token with a key
    // of zeros, readable by anyone with access to the store.
    public void Dispose() => _key.Dispose();

    // Authenticates the time of issue along with the token. Otherwise an old token could be passed off as a new one.
    private static byte[] GetAssociatedData(DateTimeOffset issuedAt)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, issuedAt.ToUnixTimeSeconds());
        return bytes;
    }

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(json.ToArray());
    }
}
