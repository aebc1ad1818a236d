using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Providers.Sandbox.Tests;

public sealed class FileTests
{
    private static readonly Recipient Ada = Recipient.Email("ada@example.org");

    [Fact]
    public async Task Accepted_messages_are_in_the_file_while_the_application_runs()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("sandbox.jsonl");
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox(options => options.File = file)
        );

        await application.SendAsync(Ada, "first");
        Assert.Equal(["first"], ReadBodies(file));

        await application.SendAsync(Recipient.Phone("+46701234567"), "second\nline");
        Assert.Equal(["first", "second\nline"], ReadBodies(file));
    }

    [Fact]
    public async Task Concurrent_messages_are_complete_lines_in_order()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("sandbox.jsonl");
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox(options => options.File = file)
        );

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => application.TriggerAsync(Ada, $"{i}"))));
        await Eventually.TrueAsync(() => application.Sandbox.Messages.Count == 200, "200 messages");

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), ReadMessages(file).Select(message => message.Sequence));
        Assert.Equal(200, ReadBodies(file).Distinct().Count());
    }

    [Fact]
    public async Task An_existing_file_is_appended_to()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("sandbox.jsonl");
        foreach (var body in (string[])["before the restart", "after it"])
        {
            await using var application = await SandboxApplication.StartAsync(builder =>
                builder.AddSandbox(options => options.File = file)
            );
            await application.SendAsync(Ada, body);
        }

        Assert.Equal(["before the restart", "after it"], ReadBodies(file));
    }

    [Fact]
    public async Task A_file_can_be_truncated_while_it_is_used()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("sandbox.jsonl");
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox(options => options.File = file)
        );
        await application.SendAsync(Ada, "removed");

        await File.WriteAllTextAsync(file, "");
        await application.SendAsync(Ada, "kept");

        Assert.Equal(["kept"], ReadBodies(file));
    }

    [Fact]
    public async Task A_message_that_cannot_be_written_is_retried_and_captured_once()
    {
        using var folder = new TemporaryFolder();
        var later = folder.File("later");
        var file = Path.Combine(later, "sandbox.jsonl");
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox(options => options.File = file)
        );

        var result = await application.TriggerAsync(Ada, "Hello");
        var waiting = await application.DeliveryAsync(result.Id, delivery => delivery.Attempts.Count > 0);
        Assert.Equal(OutcomeKind.Retry, waiting.Attempts[0].Outcome);
        Assert.Equal("the sandbox file could not be written (DirectoryNotFoundException)", waiting.Attempts[0].Reason);

        Directory.CreateDirectory(later);
        await application.DeliveryAsync(result.Id, delivery => delivery.State == DeliveryState.Sent);

        Assert.Equal(["Hello"], ReadBodies(file));
        var message = Assert.Single(application.Sandbox.Messages);
        Assert.Equal(1, message.Sequence);
        Assert.Equal(0, message.AttemptsSpent); // A failure of the provider does not count as an attempt.
    }

    private static IEnumerable<SandboxMessage> ReadMessages(string file) =>
        File.ReadAllLines(file).Select(line => JsonSerializer.Deserialize(line, SandboxJson.Default.SandboxMessage)!);

    private static IEnumerable<string?> ReadBodies(string file) => ReadMessages(file).Select(message => message.Content.Body);
}
