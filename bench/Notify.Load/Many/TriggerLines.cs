using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Notify.Load.Many;

/// <summary>Sends a stream of triggers to a host, one per line, and reads its results meanwhile.</summary>
/// <param name="address">The host.</param>
/// <param name="key">The idempotency key of the stream.</param>
/// <param name="count">The number of lines.</param>
internal sealed class TriggerLines(Uri address, string key, int count)
{
    private const int LinesPerChunk = 500;

    private int _received;

    /// <summary>Gets the ids of the notifications, by line. A line without a result has an empty id.</summary>
    public Guid[] Ids { get; } = new Guid[count];

    /// <summary>Gets the number of lines whose notification was accepted before.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Gets the results that are not an accepted notification.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Gets the number of results that have arrived.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>Sends all lines. Returns whether each has a result; false if the host was killed meanwhile.</summary>
    public async Task<bool> SendAsync()
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        var connection = client.GetStream();
        var writing = WriteAsync(connection);
        var body = new ChunkedBody(connection);
        try
        {
            var status = await body.ReadHeadAsync();
            if (status != "HTTP/1.1 200 OK")
                throw new InvalidOperationException($"The host answered: {status}");
        }
        catch (IOException)
        {
            return false;
        }

        var isComplete = await body.ReadLinesAsync(Take);
        // A killed host also breaks what is being written.
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return isComplete && Received == count;
    }

    private async Task WriteAsync(NetworkStream connection)
    {
        await connection.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /v1/notifications/stream HTTP/1.1\r\nHost: {address.Authority}\r\nIdempotency-Key: {key}\r\n"
                    + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
        );
        var lines = new StringBuilder();
        for (var i = 1; i <= count; i++)
        {
            lines.Append(
                $$$"""{"to":{"email":"customer-{{{i}}}@example.org"},"content":{"title":"Your order","body":"It was sent."}}"""
            );
            lines.Append('\n');
            if (i % LinesPerChunk != 0 && i != count)
                continue;
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"{lines.Length:x}\r\n{lines}\r\n"));
            lines.Clear();
        }

        await connection.WriteAsync("0\r\n\r\n"u8.ToArray());
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var result = JsonElement.ParseValue(ref reader);
        if (result.GetProperty("status").GetInt32() == 202)
        {
            Ids[result.GetProperty("line").GetInt32() - 1] = result.GetProperty("id").GetGuid();
            Duplicates += result.GetProperty("duplicate").GetBoolean() ? 1 : 0;
        }
        else
        {
            Failures.Add(result.GetRawText());
        }

        Volatile.Write(ref _received, _received + 1);
    }
}
