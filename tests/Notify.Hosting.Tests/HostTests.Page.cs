using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the page that shows the messages of the sandbox.</summary>
public sealed partial class HostTests
{
    [Fact]
    public async Task The_printed_command_sends_three_messages_which_the_page_shows_newest_first()
    {
        var chromium = ServerProcess.Find("chromium");
        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path);
        await using var _ = host;

        var command = await Eventually.FindAsync(
            () =>
                Task.FromResult(
                    host.Output.Split('\n').FirstOrDefault(line => line.StartsWith("curl ", StringComparison.Ordinal))
                ),
            "the command to try"
        );
        await RunAsync("sh", "-c", command);
        await Eventually.TrueAsync(async () => (await MessagesAsync(client)).Count == 3, "three messages");
        var newestFirst = (await MessagesAsync(client)).Select(message => message.GetProperty("channel").GetString()!).ToList();

        var dom = await BrowseAsync(chromium, folder.File("browser-1"), "--dump-dom", client.BaseAddress!.ToString());
        Assert.Equal(newestFirst, ShownChannel().Matches(dom).Select(match => match.Groups[1].Value));
        Assert.Equal(["email", "push", "sms"], newestFirst.Order());
        Assert.Contains("ada@example.org", dom);
        Assert.Contains(">live<", dom);

        await BrowseAsync(
            chromium,
            folder.File("browser-2"),
            $"--screenshot={folder.File("page.png")}",
            client.BaseAddress.ToString()
        );
        Assert.True(new FileInfo(folder.File("page.png")).Length > 20_000);
    }

    [Fact]
    public async Task An_open_page_shows_new_messages_first_and_reconnects_after_a_restart()
    {
        var chromium = ServerProcess.Find("chromium");
        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path);
        await using var first = host;
        await using var page = await DevTools.OpenAsync(
            chromium,
            folder.File("browser"),
            DevTools.CreateHeadless(folder.File("browser")),
            client.BaseAddress!
        );
        await Eventually.TrueAsync(async () => await TextAsync("#state") == "live", "the page to be live");

        foreach (var title in (string[])["one", "two"])
        {
            await client.PostAsJsonAsync(
                "/v1/notifications",
                new { to = new { email = "ada@example.org" }, content = new { title } }
            );
            await Eventually.TrueAsync(async () => await TextAsync("article:first-child h2") == title, $"message {title} on top");
        }

        host.Kill();
        await Eventually.TrueAsync(async () => await TextAsync("#state") != "live", "the page to notice");
        var (again, _) = await SampleProcess.StartHostAsync(folder.Path, null, "--urls", client.BaseAddress!.ToString());
        await using var second = again;
        await Eventually.TrueAsync(async () => await TextAsync("#state") == "live", "the page to be live again");

        async Task<string?> TextAsync(string selector) =>
            (await page.EvaluateAsync($"document.querySelector('{selector}')?.textContent ?? ''")).GetString();
    }

    [Fact]
    public async Task Showing_an_email_opens_no_connection()
    {
        var chromium = ServerProcess.Find("chromium");
        using var folder = new TemporaryFolder();
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path);
        await using var _ = host;
        var address = $"http://{trap.LocalEndpoint}";
        var html =
            $"<html><head><link rel=preconnect href='{address}'><link rel=dns-prefetch href='{address}'>"
            + $"<link rel=prefetch href='{address}/a'><link rel=stylesheet href='{address}/b.css'><base href='{address}'>"
            + $"<meta http-equiv=refresh content='0;url={address}/c'></head><body><link rel=preconnect href='{address}'>"
            + $"<img src='{address}/d.png'><p id=text>A mail</p></body></html>";
        using var response = await client.PostAsJsonAsync(
            "/v1/notifications",
            new { to = new { email = "ada@example.org" }, content = new { title = "x", html } }
        );
        await Eventually.TrueAsync(async () => (await MessagesAsync(client)).Count == 1, "the message");

        var dom = await BrowseAsync(chromium, folder.File("browser"), "--dump-dom", client.BaseAddress!.ToString());

        Assert.Contains("A mail", dom, StringComparison.Ordinal);
        Assert.False(trap.Pending(), "the mail connected");
    }

    [Fact]
    public async Task A_messages_text_is_never_executed_as_HTML()
    {
        var chromium = ServerProcess.Find("chromium");
        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path);
        await using var _ = host;

        const string Attack = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";
        var content = new
        {
            title = Attack,
            body = Attack,
            html = $"<p>A mail</p>{Attack}<script>parent.document.title='taken'</script>",
        };
        using var response = await client.PostAsJsonAsync(
            "/v1/notifications",
            new { to = new { email = "ada@example.org" }, content }
        );
        await Eventually.TrueAsync(async () => (await MessagesAsync(client)).Count == 1, "the message");

        var dom = await BrowseAsync(chromium, folder.File("browser"), "--dump-dom", client.BaseAddress!.ToString());
        Assert.Contains("<h2>&lt;img src=x", dom);
        Assert.Contains("sandbox=\"\"", dom);
        Assert.Contains("<title>(1) Notify sandbox</title>", dom);
    }

    private static Task<string> BrowseAsync(string chromium, string profile, params string[] arguments) =>
        RunAsync(
            chromium,
            DevTools.KeepIn(profile),
            [.. DevTools.CreateHeadless(profile), "--virtual-time-budget=5000", .. arguments]
        );

    [GeneratedRegex("<article[^>]* data-channel=\"([a-z]+)\"")]
    private static partial Regex ShownChannel();
}
