using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Core.Keys;

/// <summary>An API key as the store keeps it: with hashes instead of secrets.</summary>
internal sealed record StoredApiKey
{
    private const int SecretIdBytes = 8;

    public required string Name { get; init; }

    public required ApiKeyKind Kind { get; init; }

    public required ApiScope Scopes { get; init; }

    public required string Start { get; init; }

    public required byte[] Hash { get; init; }

    public byte[]? PreviousHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RotatedAt { get; init; }

    public DateTimeOffset? PreviousUntil { get; init; }

    public static StoredApiKey Read(ReadOnlyMemory<byte> content) =>
        JsonSerializer.Deserialize(content.Span, ApiKeyJson.Default.StoredApiKey)!;

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, ApiKeyJson.Default.StoredApiKey);

    public bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>Determines whether a secret is the current one, or the previous one while it is accepted.</summary>
    public bool Accepts(ReadOnlySpan<byte> hash, DateTimeOffset now) =>
        !HasExpired(now)
        && (
            CryptographicOperations.FixedTimeEquals(Hash, hash)
            || (now < PreviousUntil && CryptographicOperations.FixedTimeEquals(PreviousHash, hash))
        );

    /// <summary>Gets a text that identifies a secret without revealing it.</summary>
    public static string GetSecretId(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash[..SecretIdBytes]);

    /// <summary>Determines whether a text identifies the current secret, or the previous one while it is accepted.</summary>
    public bool AcceptsSecretId(string secretId, DateTimeOffset now) =>
        !HasExpired(now) && (secretId == GetSecretId(Hash) || (now < PreviousUntil && secretId == GetSecretId(PreviousHash)));

    public ApiKey ToKey(string tenant, Guid id, DateTimeOffset now) =>
        new()
        {
            Id = id,
            Tenant = tenant,
            Name = Name,
            Kind = Kind,
            Scopes = Scopes,
            Start = Start,
            CreatedAt = CreatedAt,
            ExpiresAt = ExpiresAt,
            LastUsedAt = LastUsedAt,
            RotatedAt = RotatedAt,
            PreviousUntil = now < PreviousUntil ? PreviousUntil : null,
        };

    // A record would write the hashes.
    public override string ToString() => Start;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(StoredApiKey))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
