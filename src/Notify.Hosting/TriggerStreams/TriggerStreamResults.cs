using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.TriggerStreams;

/// <summary>Writes the results of a stream, and disconnects a caller that does not read them.</summary>
internal sealed class TriggerStreamResults(HttpContext context, bool onlyFailed, TimeSpan timeout) : IDisposable
{
    /// <summary>The number of bytes that are written before they are sent.</summary>
    private const int MaxUnsent = 65_536;

    private readonly Utf8JsonWriter _json = new(context.Response.BodyWriter, new JsonWriterOptions { SkipValidation = true });
    private long _unsent;
    private long _accepted;
    private long _duplicates;
    private long _failed;

    /// <summary>Gets whether enough was written that it should be sent before more is written.</summary>
    public bool IsFull => _unsent >= MaxUnsent;

    /// <summary>Gets the number of the last line that has a result.</summary>
    public long LastLine { get; private set; }

    public void Write(TriggerLineView line)
    {
        LastLine = line.Line;
        if (line.Duplicate is { } isDuplicate)
        {
            _accepted++;
            _duplicates += isDuplicate ? 1 : 0;
        }
        else
        {
            _failed++;
        }

        if (!onlyFailed || line.Duplicate is null)
            Write(line, TriggerStreamJson.Default.TriggerLineView);
    }

    public void WriteEnd()
    {
        if (onlyFailed)
        {
            Write(
                new TriggerStreamSummaryView(_accepted + _failed, _accepted, _duplicates, _failed),
                TriggerStreamJson.Default.TriggerStreamSummaryView
            );
        }
    }

    /// <summary>Sends what was written.</summary>
    /// <exception cref="IOException">
    /// The caller has disconnected, or was too slow and has been disconnected.
    /// </exception>
    public async ValueTask SendAsync()
    {
        _unsent = 0;
        if (!await ResponseFlush.TryAsync(context, timeout, context.RequestAborted).ConfigureAwait(false))
            throw new IOException("The caller has disconnected.");
    }

    public void Dispose() => _json.Dispose();

    private void Write<T>(T line, JsonTypeInfo<T> type)
    {
        _json.Reset();
        JsonSerializer.Serialize(_json, line, type);
        _json.Flush();
        _unsent += _json.BytesCommitted + 1;
        LiveStream.Write(context.Response.BodyWriter, "\n");
    }
}
