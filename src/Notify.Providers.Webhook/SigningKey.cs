using System.Security.Cryptography;

namespace Notify.Providers.Webhook;

/// <summary>
/// A key of an endpoint. It keeps the state of the hash function that the key was given to, because creating that takes longer
/// than signing a message: it looks the algorithm up and allocates. The state takes about 1 KB.
/// </summary>
internal sealed class SigningKey(byte[] key)
{
    private IncrementalHash? _spare;

    /// <summary>Computes the HMAC-SHA256 of what is the prefix and the body together.</summary>
    /// <param name="prefix">The beginning of what is signed.</param>
    /// <param name="body">The rest of it.</param>
    /// <param name="signature">Receives the signature, of 32 bytes.</param>
    public void Sign(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> body, Span<byte> signature)
    {
        // A state serves one message at a time. Messages that are signed at the same time create their own, and one of these is
        // kept. One that an error interrupted is not put back.
        var hash = Interlocked.Exchange(ref _spare, null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(prefix);
        hash.AppendData(body);
        hash.GetHashAndReset(signature);
        if (Interlocked.CompareExchange(ref _spare, hash, null) is not null)
            hash.Dispose();
    }
}
