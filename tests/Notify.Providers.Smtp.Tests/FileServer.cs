using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Notify.Providers.Smtp.Tests;

/// <summary>A web server with files, some of which are hostile. Each connection serves one request.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _running;

    public FileServer()
    {
        _listener.Start();
        Host = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";
        _running = RunAsync();
    }

    public static byte[] File { get; } = [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 3))];

    public string Host { get; }

    /// <summary>Gets or sets where <c>/elsewhere</c> redirects to.</summary>
    public string? Elsewhere { get; set; }

    public IReadOnlyCollection<string> Requests => _requests;

    public string UrlTo(string path) => $"http://{Host}{path}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
            _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        using var client = connection;
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var target = (await reader.ReadLineAsync(_stopping.Token))!.Split(' ')[1];
            while (await reader.ReadLineAsync(_stopping.Token) is { Length: > 0 }) { }

            _requests.Enqueue(target);
            await AnswerAsync(stream, target.Split('?')[0]);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
            // The client has closed the connection, or the test has ended.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string path)
    {
        switch (path)
        {
            case "/gone":
                await HeadAsync(stream, "410 Gone", "Content-Length: 0");
                break;
            case "/forbidden":
                await HeadAsync(stream, "403 Forbidden", "Content-Length: 0");
                break;
            case "/failing":
            case "/once" when _requests.Count(request => request == path) == 1:
                await HeadAsync(stream, "503 Service Unavailable", "Content-Length: 0");
                break;
            case "/elsewhere":
                await HeadAsync(stream, "302 Found", $"Location: {Elsewhere}", "Content-Length: 0");
                break;
            case "/again":
                await HeadAsync(stream, "307 Temporary Redirect", "Location: /again", "Content-Length: 0");
                break;
            case "/moved":
                await HeadAsync(stream, "301 Moved Permanently", "Location: report.pdf", "Content-Length: 0");
                break;
            case "/zipped":
                await HeadAsync(stream, "200 OK", "Content-Encoding: gzip", "Content-Length: 3");
                await stream.WriteAsync("abc"u8.ToArray(), _stopping.Token);
                break;
            case "/declared":
                await HeadAsync(stream, "200 OK", "Content-Length: 10000000000");
                await WriteForeverAsync(stream, TimeSpan.Zero);
                break;
            case "/endless":
                await HeadAsync(stream, "200 OK", "Content-Type: text/plain");
                await WriteForeverAsync(stream, TimeSpan.Zero);
                break;
            case "/slow":
                await HeadAsync(stream, "200 OK", "Content-Type: text/plain");
                await WriteForeverAsync(stream, TimeSpan.FromMilliseconds(100));
                break;
            case "/silent":
                await Task.Delay(Timeout.InfiniteTimeSpan, _stopping.Token);
                break;
            case "/short":
                await HeadAsync(stream, "200 OK", "Content-Length: 1000");
                await stream.WriteAsync("only this"u8.ToArray(), _stopping.Token);
                break;
            case "/message":
                await HeadAsync(stream, "200 OK", "Content-Type: multipart/mixed; boundary=x", $"Content-Length: {File.Length}");
                await stream.WriteAsync(File, _stopping.Token);
                break;
            default:
                var isKnown = path.EndsWith(".pdf", StringComparison.Ordinal) || path is "/once" or "/";
                await HeadAsync(
                    stream,
                    isKnown ? "200 OK" : "404 Not Found",
                    "Content-Type: application/pdf",
                    $"Content-Length: {File.Length}"
                );
                await stream.WriteAsync(File, _stopping.Token);
                break;
        }
    }

    private async Task HeadAsync(NetworkStream stream, string status, params string[] headers) =>
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{string.Join("\r\n", headers)}\r\nConnection: close\r\n\r\n"),
            _stopping.Token
        );

    private async Task WriteForeverAsync(NetworkStream stream, TimeSpan pause)
    {
        var block = new byte[pause == TimeSpan.Zero ? 64 * 1024 : 1];
        while (true)
        {
            await stream.WriteAsync(block, _stopping.Token);
            await Task.Delay(pause, _stopping.Token);
        }
    }
}
