using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>A body of any length as a stream, for libraries that read one. It fails if nothing arrives for too long.</summary>
internal sealed class BodyStream(PipeReader pipe, TimeSpan timeout) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static BadHttpRequestException CreateTimeout() =>
        new("The body arrives too slowly.", StatusCodes.Status408RequestTimeout);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            var read = await RequestBody.ReadAsync(pipe, deadline, cancellationToken).ConfigureAwait(false);
            var part = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
            var length = (int)part.Length;
            part.CopyTo(buffer.Span);
            pipe.AdvanceTo(part.End);
            if (length > 0 || read.IsCompleted)
                return length;
            if (Environment.TickCount64 >= deadline)
                throw CreateTimeout();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
