using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Notify.Storage;

namespace Notify.Providers.Apns;

/// <summary>
/// Makes provider tokens (JWT, RFC 7519, signed by ES256), and seals them for the store under a key that only who holds the
/// signing key can derive.
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

    /// <summary>Under which nodes share its tokens.</summary>
    public string Name => $"apns/{_teamId}/{_keyId}";

    /// <summary>Makes a token. Not to be called concurrently.</summary>
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

    public SharedToken Seal(ProviderToken token)
    {
        var text = Encoding.ASCII.GetBytes(token.Authorization);
        var value = new byte[NonceBytes + TagBytes + text.Length];
        var (nonce, tag) = (value.AsMemory(0, NonceBytes), value.AsMemory(NonceBytes, TagBytes));
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(_sealingKey, TagBytes);
        aes.Encrypt(nonce.Span, text, value.AsSpan(NonceBytes + TagBytes), tag.Span, Bound(token.IssuedAt));
        return new SharedToken(value, token.IssuedAt);
    }

    /// <summary>The token that was sealed, or null when another key sealed it or somebody changed it.</summary>
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
            aes.Decrypt(value[..NonceBytes], sealedText, value.Slice(NonceBytes, TagBytes), text, Bound(shared.IssuedAt));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return new ProviderToken(Encoding.ASCII.GetString(text), shared.IssuedAt);
    }

    // The sealing key is left as it is: a refresh under way would seal its token under zeros, for every reader of the store.
    public void Dispose() => _key.Dispose();

    // The time is sealed in, so that nobody can pass an old token off as a fresh one.
    private static byte[] Bound(DateTimeOffset issuedAt)
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
