using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Sandbox.Tests;

public sealed class CaptureTests
{
    private static readonly Recipient Ada = Recipient.Email("ada@example.org");

    public static TheoryData<string, Recipient> Recipients =>
        new()
        {
            { "sandbox-push", Recipient.PushToken("c0ffee01", Platform.Ios) },
            { "sandbox-sms", Recipient.Phone("+46701234567") },
            { "sandbox-email", Ada },
            { "sandbox-webhook", Recipient.Webhook("https://example.org/hook") },
        };

    [Theory]
    [MemberData(nameof(Recipients))]
    public async Task Each_channel_is_captured_by_a_separate_provider(string provider, Recipient to)
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());

        var delivery = await application.SendAsync(to, "Hello");

        Assert.Equal(provider, Assert.Single(delivery.Attempts).Provider);
        var message = Assert.Single(application.Sandbox.Messages);
        Assert.Equal(to.Channel, message.Channel);
        Assert.Equal(to.Value, message.Address);
        Assert.Equal(to.Platform, message.Platform);
    }

    [Fact]
    public async Task A_captured_message_contains_all_properties()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        var before = DateTimeOffset.UtcNow;

        var result = await application.TriggerAsync(
            new Trigger
            {
                Tenant = "acme",
                To = Ada,
                Priority = Priority.High,
                Content = new Content
                {
                    Title = "Shipped",
                    Body = "On its way",
                    Html = "<p>On its way <img src=cid:van></p>",
                    Email = new EmailContent
                    {
                        Bcc = ["audit@example.org"],
                        Headers = new Dictionary<string, string> { ["X-Order"] = "42" },
                        InlineImages = [new InlineImage("van", "image/png", new byte[77])],
                    },
                    Data = new Dictionary<string, string> { ["order"] = "42" },
                    Attachments = [new Attachment("invoice.pdf", "application/pdf", new byte[1_234])],
                },
            }
        );

        var delivery = await application.DeliveryAsync(result.Id, delivery => delivery.Attempts.Count > 0, "acme");
        var message = Assert.Single(application.Sandbox.Messages);
        Assert.Equal(1, message.Sequence);
        Assert.Equal($"{message.Sequence}", delivery.Attempts[0].ProviderMessageId);
        Assert.Equal(delivery.Delivery.Id, message.DeliveryId);
        Assert.Equal(result.Id, message.NotificationId);
        Assert.Equal("acme", message.Tenant);
        Assert.Equal(Priority.High, message.Priority);
        Assert.Equal(0, message.AttemptsSpent);
        Assert.InRange(message.CapturedAt, before, DateTimeOffset.UtcNow);
        Assert.Equal(
            ("Shipped", "On its way", "<p>On its way <img src=cid:van></p>"),
            (message.Content.Title, message.Content.Body, message.Content.Html)
        );
        Assert.Equal("42", message.Content.Data!["order"]);
        Assert.Equal(new SandboxAttachment("invoice.pdf", "application/pdf", 1_234), Assert.Single(message.Content.Attachments!));
        Assert.Equal(["audit@example.org"], message.Content.Email!.Bcc!.Select(mailbox => mailbox.Address));
        Assert.Equal("42", message.Content.Email.Headers!["X-Order"]);
        Assert.Equal(new SandboxImage("van", "image/png", 77), Assert.Single(message.Content.Email.InlineImages!));
    }

    [Fact]
    public async Task Messages_are_listed_newest_first_and_the_oldest_are_dropped()
    {
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox(options => options.Capacity = 2)
        );

        await application.SendAsync(Ada, "first");
        await application.SendAsync(Recipient.Phone("+46701234567"), "second");
        var earlier = application.Sandbox.Messages;
        await application.SendAsync(Ada, "third");

        Assert.Equal(["third", "second"], application.Sandbox.Messages.Select(message => message.Content.Body));
        Assert.Equal([3, 2], application.Sandbox.Messages.Select(message => message.Sequence));
        Assert.Equal(["second", "first"], earlier.Select(message => message.Content.Body));
    }

    [Fact]
    public async Task What_a_tenant_sends_does_not_change_the_numbers_and_the_messages_of_another()
    {
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox(options => options.Capacity = 2)
        );

        await SendAsync("acme", "first");
        foreach (var body in (string[])["1", "2", "3"])
            await SendAsync("other", body);
        await SendAsync("acme", "second");

        Assert.Equal(
            [("acme", 2, "second"), ("other", 3, "3"), ("other", 2, "2"), ("acme", 1, "first")],
            application.Sandbox.Messages.Select(message => (message.Tenant, (int)message.Sequence, message.Content.Body!))
        );

        async Task SendAsync(string tenant, string body)
        {
            var trigger = new Trigger
            {
                Tenant = tenant,
                To = Ada,
                Content = new Content { Body = body },
            };
            var result = await application.TriggerAsync(trigger);
            await application.DeliveryAsync(result.Id, delivery => delivery.State == DeliveryState.Sent, tenant);
        }
    }

    [Fact]
    public async Task The_JSON_is_camel_case_and_omits_the_bytes_of_attachments()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        var result = await application.TriggerAsync(
            new Trigger
            {
                To = Ada,
                Content = new Content
                {
                    Body = "Hello",
                    Attachments = [new Attachment("a.txt", "text/plain", "secret"u8.ToArray())],
                },
            }
        );
        await application.DeliveryAsync(result.Id, delivery => delivery.Attempts.Count > 0);
        var message = Assert.Single(application.Sandbox.Messages);

        var json = JsonSerializer.SerializeToElement(message, SandboxJson.Default.SandboxMessage);

        Assert.Equal(
            [
                "sequence",
                "deliveryId",
                "notificationId",
                "tenant",
                "channel",
                "address",
                "content",
                "priority",
                "acceptedAt",
                "capturedAt",
                "attemptsSpent",
            ],
            json.EnumerateObject().Select(property => property.Name)
        );
        Assert.Equal(("email", "normal"), (json.GetProperty("channel").GetString(), json.GetProperty("priority").GetString()));
        Assert.Equal(
            """{"body":"Hello","attachments":[{"fileName":"a.txt","mediaType":"text/plain","size":6}]}""",
            json.GetProperty("content").GetRawText()
        );
    }

    [Fact]
    public async Task ToString_shows_no_address_or_content()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        await application.SendAsync(Ada, "Hello");
        var message = Assert.Single(application.Sandbox.Messages);

        Assert.Equal("1 over email", message.ToString());
        Assert.Equal("SandboxContent", message.Content.ToString());
    }
}
