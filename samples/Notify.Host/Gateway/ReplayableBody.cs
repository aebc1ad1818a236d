namespace Notify.Host.Gateway;

/// <summary>
/// The body of a request. It passes on at once what it reads, and keeps it up to a limit, so that a call can be repeated. The
/// body is not read ahead.
/// </summary>
internal sealed class ReplayableBody(Stream body, int limit) : Stream
{
    private MemoryStream? _kept = new();
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Begins again. Returns false if the body was longer than the limit.</summary>
    public bool TryRewind()
    {
        _position = 0;
        return _kept is not null;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_kept is { } kept && _position < kept.Length)
        {
            var again = Math.Min(buffer.Length, (int)kept.Length - _position);
            kept.GetBuffer().AsSpan(_position, again).CopyTo(buffer.Span);
            _position += again;
            return again;
        }

        var read = await body.ReadAsync(buffer, cancellationToken);
        if (_kept?.Length + read > limit)
            _kept = null;
        _kept?.Write(buffer.Span[..read]);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
