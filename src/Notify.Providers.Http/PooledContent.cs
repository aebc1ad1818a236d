using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Notify.Providers.Http;

/// <summary>
/// A request's body, written into rented memory: <c>new Utf8JsonWriter(content)</c>. Its memory goes back when the body has been
/// sent and the content is disposed; a response that overtakes its request (HTTP/2) leaves it to the garbage collector.
/// </summary>
public sealed class PooledContent : HttpContent, IBufferWriter<byte>
{
    private const int InitialSize = 2048;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _written;
    private int _sending;
    private SemaphoreSlim? _start;

    /// <summary>An empty body.</summary>
    /// <param name="mediaType">Its media type. A shared instance saves the parsing.</param>
    public PooledContent(MediaTypeHeaderValue mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        // As text: a value that has been parsed takes two more objects for every request.
        Headers.TryAddWithoutValidation("Content-Type", mediaType.ToString());
    }

    /// <summary>
    /// What has been written; a provider that encrypts does so in place. Not to be used once the content is disposed.
    /// </summary>
    public Memory<byte> Written => _bytes.AsMemory(0, _written);

    /// <summary>
    /// Gets whether the request has begun to go out: it has a connection, and its body was given to it. Until then a failure
    /// means that the server saw nothing of it.
    /// </summary>
    public bool IsUnderWay { get; private set; }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _written);
        _written += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(_written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        IsUnderWay = true;
        HasStarted();
        Interlocked.Increment(ref _sending);
        await stream.WriteAsync(Written, cancellationToken).ConfigureAwait(false);
        Interlocked.Decrement(ref _sending);
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _written;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        HasStarted();
        var bytes = _bytes;
        (_bytes, _written) = ([], 0);
        if (disposing && bytes.Length > 0 && Volatile.Read(ref _sending) == 0)
            ArrayPool<byte>.Shared.Return(bytes);
        base.Dispose(disposing);
    }

    /// <summary>Keeps a request's place among those that start, until its body is sent or, if it never is, disposed of.</summary>
    internal void Hold(SemaphoreSlim start) => _start = start;

    private void HasStarted() => Interlocked.Exchange(ref _start, null)?.Release();

    private void Reserve(int size)
    {
        if (_bytes.Length - _written >= size)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _written + size));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
