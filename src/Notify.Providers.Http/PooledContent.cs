using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Notify.Providers.Http;

/// <summary>
/// A request's body in rented memory. Write it with <c>new Utf8JsonWriter(content)</c>. The memory is returned when the body was
/// sent and the content is disposed of. If a response arrives before its request was sent completely (HTTP/2), the memory is left
/// to the garbage collector.
/// </summary>
public sealed class PooledContent : HttpContent, IBufferWriter<byte>
{
    private const int InitialSize = 2048;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _written;
    private int _sending;
    private SemaphoreSlim? _start;

    /// <summary>Creates an empty body.</summary>
    /// <param name="mediaType">The media type. Share one instance, so that it is parsed once.</param>
    public PooledContent(MediaTypeHeaderValue mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        // As text, because a parsed value costs two more objects for each request.
        Headers.TryAddWithoutValidation("Content-Type", mediaType.ToString());
    }

    /// <summary>
    /// Gets what was written. A provider may encrypt it in place. Do not use it after the content was disposed of.
    /// </summary>
    public Memory<byte> Written => _bytes.AsMemory(0, _written);

    /// <summary>
    /// Gets whether sending has begun: the request has a connection, and the body was given to it. Before that, a failure means
    /// that the server received no part of the request.
    /// </summary>
    public bool IsInFlight { get; private set; }

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
        IsInFlight = true;
        ReleaseStart();
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
        ReleaseStart();
        var bytes = _bytes;
        (_bytes, _written) = ([], 0);
        if (disposing && bytes.Length > 0 && Volatile.Read(ref _sending) == 0)
            ArrayPool<byte>.Shared.Return(bytes);
        base.Dispose(disposing);
    }

    /// <summary>Releases a semaphore when the body begins to be sent or, if that never happens, when it is disposed of.</summary>
    internal void ReleaseAtStart(SemaphoreSlim start) => _start = start;

    private void ReleaseStart() => Interlocked.Exchange(ref _start, null)?.Release();

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
