using System.Text.Json;
using Notify.Providers.Sandbox;
using Notify.TestSupport;

namespace Notify.Cli.Tests;

/// <summary>The commands that send and watch notifications.</summary>
public sealed class SendingTests(Service service)
{
    [Fact]
    public async Task A_message_is_sent_and_its_status_is_shown()
    {
        using var user = service.CreateUser();

        var sent = await user.RunAsync("send", "--email", "ada@example.org", "--title", "Hello", "--body", "World", "--json");
        var id = sent.Expect(0).Json.GetProperty("id").GetString()!;
        var status = (await user.RunAsync("status", id, "--wait", "--json")).Expect(0).Json;

        Assert.Equal("completed", status.GetProperty("status").GetString());
        Assert.Equal(1, status.GetProperty("counts").GetProperty("sent").GetInt64());
        Assert.DoesNotContain("ada@example.org", status.ToString());
        Assert.Contains(service.Get<ISandbox>().Messages, message =>
            message is { Address: "ada@example.org", Content.Title: "Hello" } && message.Tenant == user.Tenant
        );
        var text = (await user.RunAsync("status", id)).Expect(0).Output;
        Assert.Contains($"{id}: completed", text);
        Assert.Contains("\temail\tsandbox-email\tsent\t1\t", text);
    }

    [Fact]
    public async Task The_output_of_send_is_the_ID_alone_so_that_scripts_can_use_it()
    {
        using var user = service.CreateUser();
        string[] command = ["send", "--email", "ada@example.org", "--body", "-", "--idempotency-key", "order-42"];

        var first = (await user.RunAsync(command, "From the input", CancellationToken.None)).Expect(0);
        var second = (await user.RunAsync(command, "From the input", CancellationToken.None)).Expect(0);

        Assert.True(Guid.TryParse(first.Output.Trim(), out _));
        Assert.Equal(first.Output, second.Output);
        Assert.Contains("was used before", second.Error);
        (await user.RunAsync(command, "Another text", CancellationToken.None)).Expect(5);
    }

    [Fact]
    public async Task An_invalid_field_is_named()
    {
        using var user = service.CreateUser();
        string[] command = ["send", "--email", "nobody", "--template", "missing"];

        var text = (await user.RunAsync(command)).Expect(5).Error;
        var json = (await user.RunAsync([.. command, "--json"])).Expect(5).ErrorJson.GetProperty("error");

        Assert.Contains("Error: to[0]: ", text);
        Assert.Contains(json.GetProperty("fields").EnumerateArray(), field => field.GetProperty("field").GetString() == "to[0]");
    }

    [Fact]
    public async Task A_status_of_an_unknown_notification_is_not_found()
    {
        using var user = service.CreateUser();

        var result = (await user.RunAsync("status", $"{Guid.CreateVersion7()}", "--json")).Expect(4);

        Assert.Equal("not_found", result.ErrorJson.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_failed_notification_has_exit_code_1_and_can_be_replayed()
    {
        using var user = service.CreateUser();
        var key = await user.RunAsync("keys", "create", "--name", "test", "--scope", "send", "--scope", "read", "--kind", "test");
        using var tester = new ToolUser(service.Address, key.Expect(0).Output.Trim(), user.Tenant);
        (await tester.RunAsync("send", "--email", "rejected@notify.test", "--body", "Hi", "--wait")).Expect(1);

        var list = (await user.RunAsync("dead-letters", "list", "--json")).Expect(0).Json;
        var dead = Assert.Single(list.GetProperty("items").EnumerateArray());
        var id = dead.GetProperty("id").GetString()!;
        Assert.Equal(1, list.GetProperty("total").GetInt64());
        Assert.NotEmpty(dead.GetProperty("reason").GetString()!);
        Assert.NotEqual(default, dead.GetProperty("endedAt").GetDateTimeOffset());
        Assert.Contains(id, (await user.RunAsync("dead-letters", "list", "--provider", "sandbox-test")).Expect(0).Output);
        Assert.Empty((await user.RunAsync("dead-letters", "list", "--provider", "other")).Expect(0).Output);

        var dryRun = (await user.RunAsync("dead-letters", "replay", "--all", "--dry-run", "--json")).Expect(0).Json;
        Assert.Equal((1, true), (dryRun.GetProperty("count").GetInt32(), dryRun.GetProperty("dryRun").GetBoolean()));
        var replay = (await user.RunAsync("dead-letters", "replay", "--id", id)).Expect(0);
        Assert.Contains("1 dead letters were replayed", replay.Output);
        await Eventually.TrueAsync(
            async () =>
                (await user.RunAsync("status", dead.GetProperty("notificationId").GetString()!, "--json"))
                    .Json.GetProperty("deliveries")[0]
                    .GetProperty("attempts")
                    .GetInt32() == 2,
            "the second attempt"
        );
    }

    [Fact]
    public async Task A_broadcast_shows_its_progress_and_can_be_paused()
    {
        using var user = service.CreateUser();
        var recipients = service.Get<IRecipients>();
        string[] ids = [.. Enumerable.Range(1, 30).Select(number => $"user-{number}")];
        foreach (var id in ids)
            await recipients.SaveUserAsync(
                new User
                {
                    Tenant = user.Tenant,
                    Id = id,
                    Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
                }
            );
        await recipients.SubscribeAsync(user.Tenant, "news", ids);

        var sent = (await user.RunAsync("broadcast", "--topic", "news", "--body", "Hi", "--json")).Expect(0).Json;

        Assert.Equal("ended", sent.GetProperty("state").GetString());
        Assert.Equal((30, 30), (sent.GetProperty("done").GetInt32(), sent.GetProperty("total").GetInt32()));
        var id1 = sent.GetProperty("id").GetString()!;
        (await user.RunAsync("broadcast", "watch", id1)).Expect(0);
        Assert.Contains("ended", (await user.RunAsync("broadcast", "pause", id1)).Expect(0).Output);
        Assert.Contains("ended", (await user.RunAsync("broadcast", "resume", id1)).Expect(0).Output);
        (await user.RunAsync("broadcast", "pause", $"{Guid.CreateVersion7()}")).Expect(4);
    }

    [Fact]
    public async Task Tail_shows_events_while_they_happen_and_Ctrl_C_ends_it()
    {
        using var user = service.CreateUser();
        using var stop = new CancellationTokenSource();
        await using var output = new CapturedText();
        await using var error = new CapturedText();
        var tail = user.RunAsync(["tail", "--type", "delivery.*"], "", output, error, stop.Token);
        await Eventually.TrueAsync(() => $"{error}".Contains("Connected"), "the connection");

        var first = user.RunAsync(["tail", "--count", "2", "--json"], "", CancellationToken.None);
        await Eventually.TrueAsync(
            async () =>
            {
                (await user.RunAsync("send", "--email", "ada@example.org", "--body", "Hi")).Expect(0);
                return first.IsCompleted && $"{output}".Contains("delivery.sent");
            },
            "the events"
        );
        await stop.CancelAsync();

        Assert.Equal(130, await tail);
        Assert.Contains("email, sandbox", $"{output}");
        Assert.Contains("Stopped.", $"{error}");
        var events = (await first).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, events.Length);
        Assert.All(events, line =>
            Assert.Equal(user.Tenant, JsonDocument.Parse(line).RootElement.GetProperty("tenant").GetString())
        );
    }

    [Fact]
    public async Task A_load_test_prints_percentiles_and_needs_a_test_key()
    {
        using var user = service.CreateUser();
        var refused = (await user.RunAsync("load", "--count", "10")).Expect(2);
        Assert.Contains("not a test key", refused.Error);

        var created = await user.RunAsync("keys", "create", "--name", "load", "--scope", "send", "--kind", "test");
        using var tester = new ToolUser(service.Address, created.Expect(0).Output.Trim(), user.Tenant);
        var load = (await tester.RunAsync("load", "--count", "50", "--rate", "1000", "--json")).Expect(0).Json;

        Assert.Equal((50, 0), (load.GetProperty("accepted").GetInt32(), load.GetProperty("failed").GetInt32()));
        var milliseconds = load.GetProperty("milliseconds");
        Assert.InRange(milliseconds.GetProperty("p50").GetDouble(), 0.001, milliseconds.GetProperty("p99").GetDouble());
        Assert.True(milliseconds.GetProperty("p99").GetDouble() <= milliseconds.GetProperty("max").GetDouble());
        Assert.Contains("p99.9\t", (await tester.RunAsync("load", "--duration", "1s")).Expect(0).Output);
    }
}
