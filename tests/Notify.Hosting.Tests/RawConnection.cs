using System.Net.Sockets;
using System.Text;

namespace Notify.Hosting.Tests;

/// <summary>A connection over which a test can send requests that no HTTP client would.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client = new();

    private RawConnection() { }

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(address.Host, address.Port);
        return connection;
    }

    public async Task WriteAsync(string text) => await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes as much as the server accepts, until the connection ends.</summary>
    public async Task TryWriteAsync(string text)
    {
        try
        {
            await WriteAsync(text);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException) { }
    }

    /// <summary>Reads what the server sends next.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[4_096];
        return Encoding.UTF8.GetString(buffer, 0, await _client.GetStream().ReadAsync(buffer));
    }

    /// <summary>Reads everything that the server sends until it closes or resets the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var answer = new MemoryStream();
        try
        {
            await _client.GetStream().CopyToAsync(answer);
        }
        catch (IOException) { }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
