using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed partial class HostTests
{
    [Theory]
    [InlineData(
        "--Notify:Providers:mail:Type=smtp",
        "--Notify:Providers:mail:Host=127.0.0.1",
        "--Notify:Providers:mail:From=a@example.org"
    )]
    [InlineData(
        "--Notify:Providers:hooks:Type=webhook",
        "--Notify:Providers:hooks:Secret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )]
    [InlineData(
        "--Notify:Providers:sms:Type=twilio",
        "--Notify:Providers:sms:AccountSid=AC00000000000000000000000000000000",
        "--Notify:Providers:sms:AuthToken=00000000000000000000000000000000",
        "--Notify:Providers:sms:From=+46701234567"
    )]
    public async Task The_printed_command_works_with_the_configured_providers(params string[] provider)
    {
        using var folder = new TemporaryFolder();
        var (host, _) = await SampleProcess.StartHostAsync(folder.Path, null, provider);
        await using var running = host;
        var command = await Eventually.FindAsync(
            () =>
                Task.FromResult(
                    host.Output.Split('\n').FirstOrDefault(line => line.StartsWith("curl ", StringComparison.Ordinal))
                ),
            "the command to try"
        );

        Assert.Contains("\"statusUrl\"", await RunAsync("sh", "-c", command), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_chooses_another_port_if_the_default_port_is_taken()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 5080);
        var isHeld = TryStart(holder);

        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path);
        await using var _ = host;

        Assert.Equal("127.0.0.1", client.BaseAddress!.Host);
        // Another program that has the port may release it before the host starts.
        if (isHeld)
            Assert.NotEqual(5080, client.BaseAddress.Port);
        await client.WaitUntilReadyAsync();
    }

    [Fact]
    public async Task The_first_start_on_a_public_address_prints_an_administrator_key_once()
    {
        using var folder = new TemporaryFolder();
        var url = $"http://0.0.0.0:{FreePort.Next()}";
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path, null, "--urls", url);
        string key;
        await using (host)
        {
            using var refused = await client.GetAsync("/v1/users");
            await refused.ProblemAsync(HttpStatusCode.Unauthorized);

            await Eventually.TrueAsync(() => host.Output.Contains("\ncurl ", StringComparison.Ordinal), "the whole welcome");
            key = host.Output.Split('\n').Single(line => line.StartsWith("NOTIFY_KEY=", StringComparison.Ordinal)).Trim()[11..];
            var command = host.Output.Split('\n').Single(line => line.StartsWith("curl ", StringComparison.Ordinal));
            var answer = await RunAsync("sh", "-c", $"NOTIFY_KEY={key} && {command}");
            Assert.Contains("\"statusUrl\"", answer, StringComparison.Ordinal);
        }

        (host, client) = await SampleProcess.StartHostAsync(folder.Path, null, "--urls", url);
        await using var _ = host;
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/api-keys")).StatusCode);
        Assert.DoesNotContain("nk_live_", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_address_without_a_key_or_the_rule_that_one_is_required_stops_the_host_before_it_listens()
    {
        using var folder = new TemporaryFolder();
        await using var host = SampleProcess.Start(
            "Notify.Host",
            folder.Path,
            "--urls",
            $"http://0.0.0.0:{FreePort.Next()}",
            "--Notify:Data",
            folder.Path,
            "--Notify:RequireKey=false"
        );
        await host.WaitForExitAsync();

        Assert.NotEqual(0, host.ExitCode);
        await Eventually.TrueAsync(
            () => host.Output.Contains("Notify__ApiKey", StringComparison.Ordinal),
            "the sentence that says what to set"
        );
        Assert.DoesNotContain("Now listening", host.Output);
        Assert.DoesNotContain("Notify is ready", host.Output);
    }

    [Fact]
    public async Task All_paths_need_the_configured_key_and_the_console_does_not_show_it()
    {
        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(
            folder.Path,
            new() { ["Notify__ApiKey"] = "s3cret-key-of-the-api" },
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        await using var _ = host;

        string[] paths =
        [
            "/health/live",
            "/health/ready",
            "/v1/notifications",
            "/v1/sandbox/messages",
            "/v1/sandbox/messages/stream",
            "/nothing",
            "/a/b.txt",
        ];
        foreach (var path in paths)
        {
            using var refused = await client.GetAsync(path);
            await refused.ProblemAsync(HttpStatusCode.Unauthorized);
        }

        client.DefaultRequestHeaders.Authorization = new("Bearer", "s3cret-key-of-the-api");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/sandbox/messages")).StatusCode);
        using var unknown = await client.GetAsync("/nothing");
        await unknown.ProblemAsync(HttpStatusCode.NotFound);
        Assert.DoesNotContain("s3cret-key-of-the-api", host.Output);
    }

    [Fact]
    public async Task An_acknowledged_notification_survives_a_kill_and_is_sent_once()
    {
        using var folder = new TemporaryFolder();
        string[] settings = ["--Notify:Sandbox:File", "sent.jsonl"];
        var (first, client) = await SampleProcess.StartHostAsync(folder.Path, null, settings);
        string url;
        var dueAt = DateTimeOffset.UtcNow.AddSeconds(20);
        bool isKilledBefore;
        await using (first)
        {
            var trigger = new
            {
                to = new { email = "ada@example.org" },
                content = new { body = "x" },
                sendAt = dueAt,
            };
            using var response = await client.PostAsJsonAsync("/v1/notifications", trigger);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            url = response.Headers.Location!.ToString();
            first.Kill();
            await first.WaitForExitAsync();
            isKilledBefore = DateTimeOffset.UtcNow < dueAt;
        }

        // On a machine that is too busy for that, the first process may send it itself.
        Assert.False(isKilledBefore && File.Exists(folder.File("sent.jsonl")));
        var (second, again) = await SampleProcess.StartHostAsync(folder.Path, null, settings);
        await using (second)
        {
            await Eventually.TrueAsync(
                async () =>
                    (await again.GetFromJsonAsync<JsonElement>(url)).GetProperty("counts").GetProperty("sent").GetInt32() == 1,
                "the delivery"
            );
            var attempts = (await again.GetFromJsonAsync<JsonElement>(url))
                .GetProperty("deliveries")
                .GetProperty("items")[0]
                .GetProperty("attempts");
            Assert.Equal(1, attempts.GetArrayLength());
        }

        Assert.Single(await File.ReadAllLinesAsync(folder.File("sent.jsonl")));
    }

    private static bool TryStart(TcpListener listener)
    {
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<List<JsonElement>> MessagesAsync(HttpClient client) =>
        [.. (await client.GetFromJsonAsync<JsonElement>("/v1/sandbox/messages")).GetProperty("items").EnumerateArray()];

    private static async Task<string> RunAsync(string file, params string[] arguments)
    {
        await using var process = ServerProcess.Start(file, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return process.Output;
    }
}
