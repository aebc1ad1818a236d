using System.Security.Cryptography;

namespace Notify.Providers.Webhook;

/// <summary>
/// A key of an endpoint. From its second message on, it keeps a hash state that was initialized with the key, because creating
/// one looks up the algorithm, allocates, and takes longer than signing a message. The state takes about 1 KB outside the
/// managed heap.
/// </summary>
internal sealed class SigningKey(byte[] key)
{
    private IncrementalHash? _spare;
    private bool _hasSigned;

    /// <summary>Computes the HMAC-SHA256 of the prefix followed by the body.</summary>
    /// <param name="prefix">The bytes before the body.</param>
    /// <param name="body">The body of the request.</param>
    /// <param name="signature">Receives the signature, of 32 bytes.</param>
    public void Sign(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> body, Span<byte> signature)
    {
        // A state can sign only one message at a time. Concurrent calls create additional states, and one of them is kept. After
        // an exception the state is not kept, because it may contain part of a message.
        var hash = Interlocked.Exchange(ref _spare, null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(prefix);
        hash.AppendData(body);
        hash.GetHashAndReset(signature);
        // Many endpoints get one message only, for example if each URL contains a token.
        var isReused = _hasSigned;
        _hasSigned = true;
        if (!isReused || Interlocked.CompareExchange(ref _spare, hash, null) is not null)
            hash.Dispose();
    }
}
