using System.Globalization;
using System.Net;
using Notify.TestSupport;

namespace Notify.Host.Tests.Gateway;

/// <summary>
/// The reference host as a gateway in front of two servers that the tests of a class share. The analytics also have an address
/// at which nothing listens.
/// </summary>
public sealed class GatewayProcess : IAsyncLifetime
{
    public const string Key = "a-key-of-the-gateway";

    private readonly TemporaryFolder _folder = new();
    private ServerProcess _process = null!;

    internal Upstream First { get; private set; } = null!;

    internal Upstream Second { get; private set; } = null!;

    /// <summary>Gets everything that the gateway has written to its console.</summary>
    public string Output => _process.Output;

    /// <summary>Gets a client that uses HTTP/1.1.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Gets a client that uses HTTP/2 without TLS.</summary>
    public HttpClient Http2Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        First = await Upstream.StartAsync(FreePort.Next());
        Second = await Upstream.StartAsync(FreePort.Next());
        var (port, http2Port) = (FreePort.Next(), FreePort.Next());
        (_process, Client) = await SampleProcess.StartHostAsync(
            _folder.Path,
            new()
            {
                ["Notify__Roles"] = "gateway",
                ["Notify__ApiKey"] = Key,
                ["Notify__MaxBodyBytes"] = "100000",
                ["Notify__Gateway__Notifications"] = First.Address.ToString(),
                ["Notify__Gateway__Http2Port"] = First.Http2Port.ToString(CultureInfo.InvariantCulture),
                ["Notify__Gateway__Devices"] = $"{First.Address} {Second.Address}",
                ["Notify__Gateway__Analytics__0"] = $"http://127.0.0.1:{FreePort.Next()}",
                ["Notify__Gateway__Analytics__1"] = Second.Address.ToString(),
                // A try must not end because the machine is busy for seconds.
                ["Notify__Gateway__TryTimeout"] = "00:00:08",
                ["Notify__Gateway__HealthInterval"] = "00:00:00.2",
                ["Kestrel__Endpoints__http__Url"] = $"http://127.0.0.1:{port}",
                ["Kestrel__Endpoints__http2__Url"] = $"http://127.0.0.1:{http2Port}",
                ["Kestrel__Endpoints__http2__Protocols"] = "Http2",
            }
        );
        // Its welcome may name either address first.
        Client.Dispose();
        Client = CreateClient(port);
        Http2Client = CreateClient(http2Port);
        (Http2Client.DefaultRequestVersion, Http2Client.DefaultVersionPolicy) = (
            HttpVersion.Version20,
            HttpVersionPolicy.RequestVersionExact
        );
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http2Client.Dispose();
        await _process.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
        _folder.Dispose();
    }

    private static HttpClient CreateClient(int port) =>
        new()
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"),
            DefaultRequestHeaders = { Authorization = new("Bearer", Key) },
        };
}
