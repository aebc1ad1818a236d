namespace Notify.Storage;

/// <summary>A claim to an idempotency key for a notification. The first claim within a tenant wins.</summary>
/// <param name="Key">The key that the caller specified.</param>
/// <param name="Fingerprint">The SHA-256 hash of the body of the trigger. Equal bodies have equal fingerprints.</param>
/// <param name="ExpiresAt">The time from which the key is free again.</param>
public sealed record IdempotencyClaim(string Key, ReadOnlyMemory<byte> Fingerprint, DateTimeOffset ExpiresAt);
