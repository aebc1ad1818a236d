using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Notify.Conformance.Providers;

/// <summary>
/// A vendor on the loopback address whose answers each test determines. It supports only HTTP/1.1 without TLS. The tests of a
/// provider that requires more inherit <see cref="ProviderConformance"/> and supply their own vendor.
/// </summary>
internal sealed class VendorServer : IAsyncDisposable
{
    private static readonly TimeSpan DripInterval = TimeSpan.FromMilliseconds(1);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, string, VendorAnswer> _answer;
    private readonly Task _accepting;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the vendor.</summary>
    /// <param name="answer">Creates the answer to a request from its path and body.</param>
    public VendorServer(Func<string, string, VendorAnswer> answer)
    {
        _answer = answer;
        _listener.Start(backlog: 128);
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Gets the User-Agent of the latest request, or null if it had none.</summary>
    public string? UserAgent { get; private set; }

    /// <summary>Gets a task that completes when a request whose answer will be incomplete or slow has been read.</summary>
    public Task Asked => _asked.Task;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        try
        {
            var (path, body) = await ReadAsync(socket);
            var answer = _answer(path, body);
            if (answer.Delivery != VendorDelivery.Whole)
                _asked.TrySetResult();
            await AnswerAsync(socket, answer);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // The provider has disconnected, or the test has ended.
        }
    }

    private async Task AnswerAsync(Socket socket, VendorAnswer answer)
    {
        var body = Encoding.UTF8.GetBytes(answer.Body);
        var bytes = (byte[])[.. FormatHead(answer, body.Length), .. body];
        switch (answer.Delivery)
        {
            case VendorDelivery.Reset:
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                break;
            case VendorDelivery.Closed:
                break;
            case VendorDelivery.Never:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
                break;
            case VendorDelivery.Dripping:
                for (var i = 0; i < bytes.Length; i++)
                {
                    await SendAsync(socket, bytes.AsMemory(i, 1));
                    await Task.Delay(DripInterval, TimeProvider.System, _stopping.Token);
                }

                break;
            case VendorDelivery.Stalling:
                await SendAsync(socket, bytes.AsMemory(0, bytes.Length - ((body.Length + 1) / 2)));
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
                break;
            case VendorDelivery.Truncated:
                await SendAsync(socket, bytes.AsMemory(0, bytes.Length - ((body.Length + 1) / 2)));
                break;
            default:
                await SendAsync(socket, bytes);
                break;
        }
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, _stopping.Token)..];
    }

    private static byte[] FormatHead(VendorAnswer answer, int length)
    {
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Status\r\nConnection: close\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Type: {answer.MediaType}\r\nContent-Length: {length}\r\n");
        foreach (var (name, value) in answer.Headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private async Task<(string Path, string Body)> ReadAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var requestLine = await reader.ReadLineAsync(_stopping.Token)
            ?? throw new IOException("The connection was closed before a request arrived.");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stopping.Token) is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();

        UserAgent = headers.GetValueOrDefault("User-Agent");
        var body =
            headers.TryGetValue("Content-Length", out var length)
                ? await ReadAsync(reader, int.Parse(length, CultureInfo.InvariantCulture))
            : headers.ContainsKey("Transfer-Encoding") ? await ReadChunksAsync(reader)
            : "";
        return (requestLine.Split(' ')[1], Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)));
    }

    private async Task<string> ReadChunksAsync(StreamReader reader)
    {
        var body = new StringBuilder();
        while (
            await reader.ReadLineAsync(_stopping.Token) is { } size
            && int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var length
        )
        {
            body.Append(await ReadAsync(reader, length));
            await reader.ReadLineAsync(_stopping.Token);
        }

        await reader.ReadLineAsync(_stopping.Token);
        return body.ToString();
    }

    private async Task<string> ReadAsync(StreamReader reader, int length)
    {
        var body = new char[length];
        var read = await reader.ReadBlockAsync(body, _stopping.Token);
        return read == length ? new string(body) : throw new IOException("The connection was closed in the middle of a request.");
    }
}
