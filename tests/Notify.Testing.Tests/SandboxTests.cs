using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Testing.Tests;

public sealed class SandboxTests
{
    private const string Nowhere = "127.0.0.1:1";

    private static readonly Channel Pager = Channel.Create("pager");
    private static readonly DateTimeOffset Monday = new(2030, 1, 7, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Whatever_the_application_registered_is_replaced()
    {
        using var folder = new TemporaryFolder();
        using var application = await StartAsync(
            services =>
            {
                services
                    .AddNotifications(options => (options.Workers, options.MaxPerSecondPerTenant) = (Workers.None, 0.01))
                    .UseSqlite($"Data Source={folder.File("notify.db")}")
                    .UsePostgreSql($"Host=127.0.0.1;Port=1;Database=none")
                    .UseRedis(Nowhere)
                    .UseKafka(options => options.BootstrapServers = Nowhere)
                    .AddSandbox(options => options.File = folder.File("missing/messages"))
                    .AddFcm(options => options.CredentialsFile = folder.File("missing.json"))
                    .AddTwilio(_ => { })
                    .AddProvider<RealPager>("pager")
                    .AddSmtp("mail-eu", _ => { })
                    .ConfigureChannel(Channel.Email, channel => channel.Providers = ["mail-eu"]);
            },
            options => options.Channels.Add(Pager)
        );

        await application.TriggerAsync(Recipient.Email("ada@example.org"), Recipient.Address(Pager, "p-1"));
        await application.TriggerAsync(Recipient.Phone("+46701234567"));
        await application.Sandbox.WaitAsync();

        application.Sandbox.Messages.Over(Channel.Email).To("Ada@example.org").AssertOne();
        application.Sandbox.Messages.Over(Pager).To("p-1").AssertOne();
        application.Sandbox.Messages.Over(Channel.Sms).AssertOne();
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task An_application_that_calls_a_service_embeds_the_engine()
    {
        using var application = await StartAsync(services => services.AddNotifyClient($"http://{Nowhere}"));

        await application.TriggerAsync(Recipient.Email("ada@example.org"));
        await application.Sandbox.WaitAsync();

        application.Sandbox.Messages.AssertOne();
    }

    [Fact]
    public async Task Messages_are_rendered_for_each_channel()
    {
        using var application = await StartAsync();
        await application
            .Get<IRecipients>()
            .SaveUserAsync(
                new User
                {
                    Id = "ada",
                    Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org", ["phone"] = "+46701234567" },
                }
            );
        await application
            .Get<ITemplateCatalog>()
            .SaveAsync(
                new Template
                {
                    Name = "order-shipped",
                    Variants =
                    [
                        new TemplateVariant { Title = "Order {{ order }}", Body = "It is on its way." },
                        new TemplateVariant { Channel = Channel.Sms, Body = "{{ order }} is on its way." },
                    ],
                }
            );

        await application
            .Get<INotifier>()
            .TriggerAsync(
                new Trigger
                {
                    To = Recipient.User("ada"),
                    Template = "order-shipped",
                    Data = new { order = 42 },
                }
            );
        await application.Sandbox.WaitAsync();

        var messages = application.Sandbox.Messages.To("ada").WithTemplate("order-shipped");
        Assert.Equal("Order 42", messages.Over(Channel.Email).AssertOne().Content.Title);
        Assert.Equal("42 is on its way.", messages.Over(Channel.Sms).WithText("42").AssertOne().Content.Body);
        var failure = Assert.Throws<NotificationAssertionException>(() => messages.Over(Channel.Push).AssertOne());
        Assert.Equal(
            [
                "over email to ada at ada@example.org with template order-shipped with title \"Order 42\" (not over push)",
                "over sms to ada at +46701234567 with template order-shipped with text \"42 is on its way.\" (not over push)",
            ],
            failure.Message.Split('\n').Skip(1).Select(line => line["  1. ".Length..]).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>A jump to the end would find the delivery expired, and would send the digest a day late.</summary>
    [Fact]
    public async Task Advancing_sends_everything_at_its_own_time()
    {
        using var application = await StartAsync();
        var notifier = application.Get<INotifier>();
        var content = new Content { Title = "Hello" };
        application.Sandbox.Fail("retried@example.org", Outcome.Retry("greylisted"), attempts: 1);
        await application
            .Get<ITemplateCatalog>()
            .SaveAsync(new Template { Name = "sum", Variants = [new TemplateVariant { Title = "{{ count }} events" }] });
        var retried = new Trigger { To = Recipient.Email("retried@example.org"), Content = content };
        await notifier.TriggerAsync(retried with { ExpiresAt = Monday.AddHours(1) });
        await notifier.TriggerAsync(
            new Trigger
            {
                To = Recipient.Email("later@example.org"),
                Content = content,
                SendAt = Monday.AddHours(20),
            }
        );
        for (var i = 0; i < 2; i++)
            await notifier.TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email("digest@example.org"),
                    Template = "sum",
                    Digest = new Digest { Window = TimeSpan.FromHours(2) },
                }
            );

        await application.Sandbox.WaitAsync();
        application.Sandbox.Messages.AssertNone();
        await application.Sandbox.AdvanceAsync(TimeSpan.FromDays(1));

        var messages = application.Sandbox.Messages;
        Assert.InRange(messages.To("retried@example.org").AssertOne().CapturedAt, Monday.AddSeconds(1), Monday.AddHours(1));
        Assert.Equal(Monday.AddHours(2), messages.To("digest@example.org").WithTitle("2 events").AssertOne().CapturedAt);
        Assert.Equal(Monday.AddHours(20), messages.To("later@example.org").AssertOne().CapturedAt);
        Assert.Equal(Monday.AddDays(1), application.Sandbox.Time.GetUtcNow());
    }

    [Fact]
    public async Task A_topic_reaches_its_subscribers_except_for_those_that_fail()
    {
        using var application = await StartAsync();
        var recipients = application.Get<IRecipients>();
        foreach (var name in (string[])["ada", "bo", "cy"])
        {
            var addresses = new Dictionary<string, string> { ["email"] = $"{name}@example.org" };
            await recipients.SaveUserAsync(new User { Id = name, Addresses = addresses });
            await recipients.SubscribeAsync("default", "news", [name]);
        }

        application.Sandbox.Fail("Bo@example.org", Outcome.Rejected("mailbox full"));
        await application.TriggerAsync(Recipient.Topic("news"));
        await application.Sandbox.WaitAsync();

        Assert.Equal(["ada", "cy"], application.Sandbox.Messages.Items.Select(message => message.UserId).Order());
        var dead = await application
            .Get<INotificationQueries>()
            .ListDeadLettersAsync(new DeadLetterFilter { Tenant = "default" });
        Assert.Equal("mailbox full", Assert.Single(dead.Items).Reason);
    }

    [Fact]
    public async Task A_channel_is_down_until_the_test_ends_that()
    {
        using var application = await StartAsync();
        application.Sandbox.Fail(Channel.Email, Outcome.ProviderFailed("maintenance"));
        await application.TriggerAsync(Recipient.Email("ada@example.org"), Recipient.Phone("+46701234567"));
        await application.Sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));

        application.Sandbox.Messages.Over(Channel.Sms).AssertOne();
        application.Sandbox.Messages.Over(Channel.Email).AssertNone();
        application.Sandbox.StopFailing();
        await application.Sandbox.AdvanceAsync(TimeSpan.FromHours(3));
        application.Sandbox.Messages.Over(Channel.Email).AssertOne();
    }

    [Fact]
    public async Task A_trigger_within_a_transaction_of_the_application_is_accepted()
    {
        using var application = await StartAsync(services => services.AddNotifications().UseSqlite("Data Source=none.db"));
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        var trigger = new Trigger
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Title = "Hello" },
        };
        await application.Get<INotifier>().TriggerAsync(trigger, transaction);
        await transaction.CommitAsync();
        await application.Sandbox.WaitAsync();

        application.Sandbox.Messages.WithTitle("Hello").AssertOne();
    }

    [Fact]
    public async Task Waiting_ends_with_what_is_still_due()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNotificationsSandbox().AddNotificationsSandbox();
        using var notStarted = new Application(builder.Build());
        notStarted.Sandbox.WaitTimeout = TimeSpan.FromMilliseconds(50);

        await notStarted.TriggerAsync(Recipient.Email("ada@example.org"));
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => notStarted.Sandbox.WaitAsync());

        Assert.StartsWith("1 deliveries, topics or digests are still due after 0.1 seconds.", failure.Message);
        Assert.Contains(
            "await WaitAsync()",
            Assert.Throws<NotificationAssertionException>(() => notStarted.Sandbox.Messages.AssertOne()).Message
        );
    }

    private static async Task<Application> StartAsync(
        Action<IServiceCollection>? register = null,
        Action<NotificationsSandboxOptions>? configure = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        register?.Invoke(builder.Services);
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Monday));
        builder.Services.AddNotificationsSandbox(configure);
        var host = builder.Build();
        await host.StartAsync();
        return new Application(host);
    }

    private sealed class Application(IHost host) : IDisposable
    {
        public NotificationsSandbox Sandbox => Get<NotificationsSandbox>();

        public T Get<T>()
            where T : notnull => host.Services.GetRequiredService<T>();

        public Task<TriggerResult> TriggerAsync(params Recipient[] to) =>
            Get<INotifier>()
                .TriggerAsync(
                    new Trigger
                    {
                        To = [.. to],
                        Content = new Content { Title = "Hello", Body = "World" },
                    }
                );

        public void Dispose()
        {
            host.StopAsync().GetAwaiter().GetResult();
            host.Dispose();
        }
    }

    private sealed class RealPager : IDeliveryProvider
    {
        public string Name => "pager";

        public Channel Channel => Pager;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A test must not reach the real provider.");
    }
}
