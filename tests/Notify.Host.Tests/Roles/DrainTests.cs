using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.FakeGateways;
using Notify.TestSupport;

namespace Notify.Host.Tests.Roles;

/// <summary>Tests how a process stops after SIGTERM, as an orchestrator sends it.</summary>
public sealed class DrainTests
{
    private const string Trigger = """{"to":{"email":"ada@example.org"},"content":{"body":"Text"}}""";

    private readonly TaskCompletionSource _called = new();
    private readonly TaskCompletionSource _answer = new();

    [Fact]
    public async Task A_stopping_process_is_not_ready_then_finishes_requests_and_deliveries_then_exits()
    {
        using var folder = new TemporaryFolder();
        await using var vendor = await GatewayServer.StartAsync(AnswerLaterAsync, tls: false);
        var (host, client) = await StartAsync(folder, "all");
        await using var process = host;
        var inFlight = await TriggerAsync(client, new { webhook = new Uri(vendor.Address, "/hook").ToString() });
        await _called.Task;
        using var half = await HalfRequest.SendAsync(client.BaseAddress!);

        host.Terminate();

        // First it is not ready, but still serves those who have not noticed yet.
        await Eventually.TrueAsync(() => IsStoppingAsync(client), "readiness to report that the process stops");
        await TriggerAsync(client, new { email = "ada@example.org" });
        // Then it closes its listener. The half request and the attempt at the vendor continue.
        await Eventually.TrueAsync(() => IsClosedAsync(client.BaseAddress!), "the listener to close");
        Assert.False(host.HasExited);
        var late = await half.CompleteAsync();
        Assert.False(host.HasExited);
        _answer.SetResult();
        await host.WaitForExitAsync();

        Assert.Equal(0, host.ExitCode);
        var (reader, stored) = await StartAsync(folder, "notifications");
        await using var second = reader;
        var delivery = await FindDeliveryAsync(stored, inFlight);
        Assert.Equal("sent", delivery.GetProperty("state").GetString());
        Assert.Equal(1, delivery.GetProperty("attempts").GetArrayLength());
        await FindDeliveryAsync(stored, late);
    }

    private async Task AnswerLaterAsync(HttpContext context)
    {
        _called.TrySetResult();
        await _answer.Task;
    }

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(TemporaryFolder folder, string roles) =>
        SampleProcess.StartHostAsync(
            folder.Path,
            new()
            {
                ["Notify__Roles"] = roles,
                ["Notify__ShutdownDelay"] = "00:00:10",
                ["Notify__Providers__hooks__Type"] = "webhook",
                ["Notify__Providers__hooks__Secret"] = $"whsec_{Convert.ToBase64String(new byte[32])}",
                ["Notify__Providers__hooks__AllowPrivateNetworks"] = "true",
                ["Notify__Providers__mail__Type"] = "smtp",
                ["Notify__Providers__mail__Host"] = "127.0.0.1",
                ["Notify__Providers__mail__Port"] = $"{FreePort.Next()}",
                ["Notify__Providers__mail__From"] = "shop@example.org",
            },
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );

    private static async Task<string> TriggerAsync(HttpClient client, object to)
    {
        using var answer = await client.PostAsJsonAsync("/v1/notifications", new { to, content = new { body = "Text" } });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private static async Task<bool> IsStoppingAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/health/ready");
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable
            && (await answer.Content.ReadAsStringAsync()).Contains("\"stopping\"", StringComparison.Ordinal);
    }

    private static async Task<bool> IsClosedAsync(Uri address)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(address.Host, address.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<JsonElement> FindDeliveryAsync(HttpClient client, string location)
    {
        var timeline = await client.GetFromJsonAsync<JsonElement>(location);
        return timeline.GetProperty("deliveries").GetProperty("items").EnumerateArray().Single();
    }

    /// <summary>A trigger whose body has not arrived completely.</summary>
    private sealed class HalfRequest : IDisposable
    {
        // Kestrel ends a request whose body arrives at less than 240 bytes per second on average. 20,000 bytes are enough for
        // longer than the 30 seconds that Notify allows for a body.
        private static readonly string s_begin = new string(' ', 20_000) + Trigger[..10];
        private static readonly string s_rest = Trigger[10..];

        private readonly TcpClient _connection = new();

        public static async Task<HalfRequest> SendAsync(Uri address)
        {
            var request = new HalfRequest();
            await request._connection.ConnectAsync(address.Host, address.Port);
            await request.WriteAsync(
                $"POST /v1/notifications HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\n"
                    + $"Content-Length: {s_begin.Length + s_rest.Length}\r\nExpect: 100-continue\r\n\r\n"
            );
            // The interim response proves that the endpoint has begun to read the body.
            Assert.StartsWith("HTTP/1.1 100", await request.ReadAsync(), StringComparison.Ordinal);
            await request.WriteAsync(s_begin);
            return request;
        }

        /// <summary>Sends the rest and returns the URL of the accepted notification.</summary>
        public async Task<string> CompleteAsync()
        {
            await WriteAsync(s_rest);
            var answer = await ReadAsync();
            Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
            return answer
                .Split("\r\n")
                .Single(line => line.StartsWith("Location:", StringComparison.OrdinalIgnoreCase))["Location:".Length..]
                .Trim();
        }

        public void Dispose() => _connection.Dispose();

        private async Task WriteAsync(string text) => await _connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

        private async Task<string> ReadAsync()
        {
            var buffer = new byte[8_192];
            var read = await _connection.GetStream().ReadAsync(buffer);
            return Encoding.ASCII.GetString(buffer, 0, read);
        }
    }
}
