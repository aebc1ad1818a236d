using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Notify.Hosting.Requests;

/// <summary>
/// Reads a body of any length line by line, in batches of what has arrived. Consumed bytes do not stay in the server's buffers,
/// and nothing is read ahead of the caller, so that a sender is slowed down to the pace of the caller.
/// </summary>
/// <param name="pipe">The body.</param>
/// <param name="maxLineBytes">The maximum length of a line. A longer one is skipped, and reported without its bytes.</param>
/// <param name="timeout">The time within which a part of the body must arrive.</param>
internal sealed class LineReader(PipeReader pipe, long maxLineBytes, TimeSpan timeout)
{
    private const int MaxLines = 1_024;

    /// <summary>The number of bytes from which on a batch takes no further line.</summary>
    private const int MaxBytes = 524_288;

    private byte[] _incomplete = [];
    private bool _isTooLong;
    private bool _isCompleted;

    /// <summary>Begins to read the body of a request, without the limits of the server for whole bodies.</summary>
    public static LineReader Open(HttpContext context, BodyLimits limits)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        return new LineReader(context.Request.BodyReader, limits.MaxBytes, limits.Timeout);
    }

    /// <summary>Gets the number of lines that were read completely.</summary>
    public long Count { get; private set; }

    /// <summary>Gets whether reading ended because nothing arrived within the timeout.</summary>
    public bool IsTimedOut { get; private set; }

    /// <summary>
    /// Reads the lines that have arrived, and waits for at least one. Returns null at the end of the body and at the timeout. The
    /// caller disposes the batch.
    /// </summary>
    /// <param name="wanted">
    /// Ends when the caller has use for a batch. Until then, a batch grows: a few lines that arrived first would cost as much as
    /// many.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async ValueTask<LineBatch?> ReadAsync(Task wanted, CancellationToken cancellationToken)
    {
        if (_isCompleted || IsTimedOut)
            return null;

        var batch = new LineBatch(MaxBytes / 4);
        try
        {
            batch.Append(_incomplete);
            await FillAsync(batch, wanted, cancellationToken).ConfigureAwait(false);
            _incomplete = batch.Incomplete.ToArray();
            batch.DiscardIncomplete();
        }
        catch
        {
            batch.Dispose();
            throw;
        }

        if (batch.Count > 0)
            return batch;
        batch.Dispose();
        return null;
    }

    private async ValueTask FillAsync(LineBatch batch, Task wanted, CancellationToken cancellationToken)
    {
        var deadline = long.MaxValue;
        while (HasSpace(batch))
        {
            if (!pipe.TryRead(out var read))
            {
                if (batch.Count > 0 && wanted.IsCompleted)
                    return;

                deadline = batch.Count > 0 ? long.MaxValue : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
                read =
                    batch.Count > 0
                        ? await ReadUntilAsync(wanted, cancellationToken).ConfigureAwait(false)
                        : await RequestBody.ReadAsync(pipe, deadline, cancellationToken).ConfigureAwait(false);
            }

            var end = Take(read.Buffer, batch);
            _isCompleted = read.IsCompleted && end.Equals(read.Buffer.End);
            IsTimedOut = read.Buffer.IsEmpty && !read.IsCompleted && Environment.TickCount64 >= deadline;
            pipe.AdvanceTo(end);
            if (_isCompleted && (_isTooLong || !batch.Incomplete.IsEmpty))
                EndLine(batch);
            if (_isCompleted || IsTimedOut)
                return;
        }
    }

    // The continuation may cancel a later read instead, which then returns without data and is repeated.
    private async ValueTask<ReadResult> ReadUntilAsync(Task wanted, CancellationToken cancellationToken)
    {
        var reading = pipe.ReadAsync(cancellationToken);
        if (!reading.IsCompleted)
        {
            _ = wanted.ContinueWith(
                static (_, pipe) => ((PipeReader)pipe!).CancelPendingRead(),
                pipe,
                cancellationToken,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }

        return await reading.ConfigureAwait(false);
    }

    /// <summary>
    /// Takes lines into the batch until it is full, and returns the position of the first byte that was not taken.
    /// </summary>
    private SequencePosition Take(ReadOnlySequence<byte> buffer, LineBatch batch)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (!reader.End && HasSpace(batch))
        {
            var rest = reader.UnreadSpan;
            var length = rest.IndexOf((byte)'\n');
            Append(length < 0 ? rest : rest[..length], batch);
            reader.Advance(length < 0 ? rest.Length : length + 1);
            if (length >= 0)
                EndLine(batch);
        }

        return reader.Position;
    }

    private static bool HasSpace(LineBatch batch) => batch.Count == 0 || (batch.Count < MaxLines && batch.Bytes < MaxBytes);

    private void Append(ReadOnlySpan<byte> bytes, LineBatch batch)
    {
        _isTooLong |= batch.Incomplete.Length + bytes.Length > maxLineBytes;
        if (_isTooLong)
            batch.DiscardIncomplete();
        else
            batch.Append(bytes);
    }

    private void EndLine(LineBatch batch)
    {
        batch.EndLine(++Count, _isTooLong);
        _isTooLong = false;
    }
}
