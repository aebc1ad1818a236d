using System.Net.Http.Json;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>
/// Tests the reference host with the settings of an operator, with the fake vendors as they run for local work.
/// </summary>
public sealed class HostVendorsTests
{
    [Fact]
    public async Task The_host_sends_through_all_local_fake_vendors_with_their_settings()
    {
        using var folder = new TemporaryFolder();
        await using var vendors = SampleProcess.Start("../tests/Notify.FakeGateways", folder.Path, folder.Path);
        await Eventually.TrueAsync(() => vendors.Output.Contains("ready", StringComparison.Ordinal), "the vendors");
        var environment = File.ReadLines(folder.File("notify.env"))
            .Select(line => line.Split('=', 2))
            .ToDictionary(setting => setting[0], setting => setting[1].Trim('\''));
        var (host, client) = await SampleProcess.StartHostAsync(
            folder.Path,
            environment,
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        await using var _ = host;

        using var answer = await client.PostAsJsonAsync(
            "/v1/notifications",
            new
            {
                to = new object[]
                {
                    new { pushToken = $"c{new string('A', 21)}:APA91b{new string('x', 134)}", platform = "android" },
                    new { pushToken = new string('a', 64), platform = "ios" },
                    new { pushToken = await File.ReadAllTextAsync(folder.File("subscription.json")), platform = "web" },
                    new { phone = "+46701234567" },
                    new { email = "ada@example.org" },
                },
                content = new { title = "Hello", body = "Text" },
            }
        );
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        var counts = await Eventually.FindAsync(
            async () =>
                await client.GetFromJsonAsync<JsonElement>($"/v1/notifications/{id}") is var notification
                && notification.GetProperty("counts").GetProperty("pending").GetInt32() == 0
                    ? notification.ToString()
                    : null,
            "five deliveries to end"
        );
        vendors.Terminate();
        await vendors.WaitForExitAsync();

        Assert.Contains(
            "Accepted: fcm 1, apns 1, webpush 1, twilio 1, smtp 1",
            vendors.Output + counts,
            StringComparison.Ordinal
        );
    }
}
