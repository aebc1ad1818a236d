using System.Buffers;

namespace Notify.Hosting.Requests;

/// <summary>Consecutive lines of a body, in a pooled buffer.</summary>
internal sealed class LineBatch : IDisposable
{
    private readonly List<(long Number, Range Bytes, bool IsTooLong)> _lines = [];
    private byte[] _buffer;
    private int _written;
    private int _begin;

    public LineBatch(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public int Count => _lines.Count;

    /// <summary>Gets the number of bytes, including those of the line that is not complete yet.</summary>
    public int Bytes => _written;

    /// <summary>Gets the bytes of the line that is not complete yet.</summary>
    public ReadOnlySpan<byte> Incomplete => _buffer.AsSpan(_begin, _written - _begin);

    /// <summary>Gets the lines. Their bytes are valid until the batch is disposed.</summary>
    public IEnumerable<BodyLine> Lines =>
        _lines.Select(line => new BodyLine(line.Number, _buffer.AsMemory(line.Bytes), line.IsTooLong));

    /// <summary>Appends bytes to the line that is not complete yet.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _written)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _written + bytes.Length));
            _buffer.AsSpan(0, _written).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_written));
        _written += bytes.Length;
    }

    /// <summary>Removes the bytes of the line that is not complete yet.</summary>
    public void DiscardIncomplete() => _written = _begin;

    /// <summary>Ends the line. A line of white space is dropped.</summary>
    public void EndLine(long number, bool isTooLong)
    {
        if (isTooLong || Incomplete.ContainsAnyExcept(" \t\r"u8))
            _lines.Add((number, _begin.._written, isTooLong));
        else
            DiscardIncomplete();
        _begin = _written;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _lines.Clear();
    }
}

/// <summary>A line of a body.</summary>
/// <param name="Number">The number of the line, from 1. Empty lines count.</param>
/// <param name="Bytes">The line without its line feed; empty if it is too long.</param>
/// <param name="IsTooLong">Whether the line is longer than the limit.</param>
internal readonly record struct BodyLine(long Number, ReadOnlyMemory<byte> Bytes, bool IsTooLong);
