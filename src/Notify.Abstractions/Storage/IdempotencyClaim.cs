namespace Notify.Storage;

/// <summary>Claims an idempotency key for a notification: the first claim within a tenant wins.</summary>
/// <param name="Key">The caller's key.</param>
/// <param name="Fingerprint">A SHA-256 over the trigger's body; equal bodies have equal fingerprints.</param>
/// <param name="ExpiresAt">The time from which the key is free again.</param>
public sealed record IdempotencyClaim(string Key, ReadOnlyMemory<byte> Fingerprint, DateTimeOffset ExpiresAt);
