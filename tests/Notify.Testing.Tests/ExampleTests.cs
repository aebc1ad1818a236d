using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Testing.Tests;

/// <summary>The examples of docs/how-to/test-an-application.md, which <see cref="PageTests"/> compares.</summary>
public sealed class ExampleTests
{
    [Fact]
    public async Task Ada_learns_that_her_order_was_shipped()
    {
        var notifier = new FakeNotifier();

        await new Shop(notifier).ShipAsync(42, "ada");

        notifier.Triggers.Over(Channel.Email).To("ada").WithTemplate("order-shipped").WithData("order", 42).AssertOne();
        notifier.Triggers.To("bo").AssertNone();
    }

    [Fact]
    public async Task A_failed_assertion_lists_what_was_triggered_instead()
    {
        var notifier = new FakeNotifier();
        await new Shop(notifier).ShipAsync(42, "ada");

        var failure = Assert.Throws<NotificationAssertionException>(() =>
            notifier.Triggers.Over(Channel.Email).To("ada").WithTemplate("order-delivered").AssertOne()
        );

        Assert.Contains($"```text\n{failure.Message}\n```", PageTests.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_is_confirmed_by_email()
    {
        await using var shop = new ShopFactory();
        using var client = shop.CreateClient();

        await client.PostAsJsonAsync("/orders", new { item = "a lamp", email = "ada@example.org" });
        await shop.Sandbox.WaitAsync();

        var email = shop.Sandbox.Messages.Over(Channel.Email).To("ada@example.org").AssertOne();
        Assert.Contains("We are packing: a lamp.", email.Content.Body);
    }

    [Fact]
    public async Task A_full_mailbox_ends_as_a_dead_letter()
    {
        await using var shop = new ShopFactory();
        using var client = shop.CreateClient();
        shop.Sandbox.Fail("ada@example.org", Outcome.Rejected("mailbox full"));

        await client.PostAsJsonAsync("/orders", new { item = "a lamp", email = "ada@example.org" });
        await shop.Sandbox.WaitAsync();

        shop.Sandbox.Messages.AssertNone();
        var queries = shop.Services.GetRequiredService<INotificationQueries>();
        Assert.Equal(1, await queries.CountDeadLettersAsync(new DeadLetterFilter { Tenant = Trigger.DefaultTenant }));
    }

    [Fact]
    public async Task A_mail_server_that_was_down_gets_the_message_later()
    {
        await using var shop = new ShopFactory();
        using var client = shop.CreateClient();
        shop.Sandbox.Fail("ada@example.org", Outcome.Retry("greylisted"), attempts: 2);

        await client.PostAsJsonAsync("/orders", new { item = "a lamp", email = "ada@example.org" });
        await shop.Sandbox.AdvanceAsync(TimeSpan.FromHours(3));

        shop.Sandbox.Messages.To("ada@example.org").AssertOne();
    }
}

public sealed class Shop(INotifier notifier)
{
    public async Task ShipAsync(int order, string user)
    {
        var trigger = new Trigger
        {
            To = Recipient.User(user),
            Channels = [Channel.Email],
            Template = "order-shipped",
            Data = new { order },
            IdempotencyKey = $"shipped-{order}",
        };
        await notifier.TriggerAsync(trigger);
    }
}

public sealed class ShopFactory : WebApplicationFactory<Program>
{
    public NotificationsSandbox Sandbox => Services.GetRequiredService<NotificationsSandbox>();

    protected override void ConfigureWebHost(IWebHostBuilder builder) =>
        builder.ConfigureTestServices(services => services.AddNotificationsSandbox());
}
