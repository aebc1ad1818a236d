using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the page that the host tells a newcomer to open.</summary>
public sealed partial class HostTests
{
    [Fact]
    public async Task The_printed_command_sends_three_messages_which_the_printed_page_shows_newest_first()
    {
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

        var html = await client.GetStringAsync(SandboxPage().Match(host.Output).Groups[1].Value);
        Assert.Equal(newestFirst, ShownChannel().Matches(html).Select(match => match.Groups[1].Value));
        Assert.Equal(["email", "push", "sms"], newestFirst.Order());
        Assert.Contains("ada@example.org", html);

        using var root = await client.GetAsync("/");
        Assert.Equal("/dashboard/", root.RequestMessage!.RequestUri!.AbsolutePath);
    }

    [GeneratedRegex("see them at (http://[^ ]+/dashboard/sandbox):")]
    private static partial Regex SandboxPage();

    [GeneratedRegex("<h2 [^>]*>.*?c-([a-z]+)")]
    private static partial Regex ShownChannel();
}
