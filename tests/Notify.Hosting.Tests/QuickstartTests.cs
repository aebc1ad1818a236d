using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed class QuickstartTests
{
    [Fact]
    public async Task The_quickstart_adds_notifications_in_at_most_ten_lines()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(SampleProcess.Folder("Quickstart"), "Program.cs"));

        Assert.InRange(lines.Count(line => line.Contains("// Notify", StringComparison.Ordinal)), 3, 10);
    }

    [Fact]
    public async Task An_order_is_confirmed_by_email()
    {
        using var folder = new TemporaryFolder();
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        await using var shop = SampleProcess.Start("Quickstart", folder.Path, "--urls", url);
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        await Eventually.TrueAsync(() => AnswersAsync(client), "the shop to open");

        using var response = await client.PostAsJsonAsync("/orders", new { item = "a kite", email = "ada@example.org" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var message = await Eventually.FindAsync(
            async () =>
                (await client.GetFromJsonAsync<JsonElement>("/notify/v1/sandbox/messages"))
                    .GetProperty("items")
                    .EnumerateArray()
                    .Select(message => message.ToString())
                    .FirstOrDefault(),
            "the confirmation"
        );
        Assert.Contains("a kite", message);
        Assert.Contains("ada@example.org", message);

        // The dashboard is mounted beside the shop's own routes, and shows the notification.
        var sent = await client.GetFromJsonAsync<JsonElement>("/notify/v1/notifications");
        var id = Assert.Single(sent.GetProperty("items").EnumerateArray()).Text("id");
        Assert.Contains(id!, await client.GetStringAsync("/notify/dashboard/notifications"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/dashboard")).StatusCode);
    }

    [Fact]
    public async Task A_console_application_sends_and_exits()
    {
        using var folder = new TemporaryFolder();
        await using var process = SampleProcess.Start("Quickstart.Console", folder.Path);
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        await Eventually.TrueAsync(
            () => process.Output.Contains("email to ada@example.org: Hello", StringComparison.Ordinal),
            "the message"
        );
    }

    private static async Task<bool> AnswersAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync("/orders");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
