using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A claim to an idempotency key for a notification. The first claim within a tenant wins.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record IdempotencyClaim
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public IdempotencyClaim() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="key">The key that the caller specified.</param>
    /// <param name="fingerprint">The SHA-256 hash of the body of the trigger. Equal bodies have equal fingerprints.</param>
    /// <param name="expiresAt">The time from which the key is free again.</param>
    [SetsRequiredMembers]
    public IdempotencyClaim(string key, ReadOnlyMemory<byte> fingerprint, DateTimeOffset expiresAt)
    {
        Key = key;
        Fingerprint = fingerprint;
        ExpiresAt = expiresAt;
    }

    /// <summary>Gets the key that the caller specified.</summary>
    public required string Key { get; init; }

    /// <summary>Gets the SHA-256 hash of the body of the trigger. Equal bodies have equal fingerprints.</summary>
    public required ReadOnlyMemory<byte> Fingerprint { get; init; }

    /// <summary>Gets the time from which the key is free again.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
