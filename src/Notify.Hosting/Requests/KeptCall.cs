namespace Notify.Hosting.Requests;

/// <summary>The stored state of a call with an idempotency key.</summary>
/// <param name="State">Whether the call is running or has an answer.</param>
/// <param name="Owner">Identifies the request that made the claim.</param>
/// <param name="Fingerprint">The SHA-256 hash of the body.</param>
/// <param name="Answer">The JSON of the answer; empty for a call that is not done, and for 204.</param>
internal sealed record KeptCall(CallState State, Guid Owner, byte[] Fingerprint, byte[] Answer)
{
    private const int OwnerEnd = 1 + 16;
    private const int FingerprintEnd = OwnerEnd + 32;

    public static KeptCall Read(ReadOnlySpan<byte> kept) =>
        new(
            (CallState)kept[0],
            new Guid(kept[1..OwnerEnd]),
            kept[OwnerEnd..FingerprintEnd].ToArray(),
            kept[FingerprintEnd..].ToArray()
        );

    public byte[] Write() => [(byte)State, .. Owner.ToByteArray(), .. Fingerprint, .. Answer];
}

/// <summary>The states of a call. The numbers are stored.</summary>
internal enum CallState : byte
{
    Running = 0,
    Done = 1,

    /// <summary>The call failed, and its key can be used again.</summary>
    Free = 2,
}
