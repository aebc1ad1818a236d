using System.Diagnostics;
using Notify.TestSupport;

namespace Notify.Architecture.Tests.Packages;

/// <summary>
/// The contracts and the client work in an application that is compiled ahead of time, where reflection finds nothing.
/// </summary>
public sealed class AheadOfTimeTests(PackedPackages packed)
{
    private const string Code = """
        using System.Text.Json;
        using System.Text.Json.Serialization;
        using Microsoft.Extensions.DependencyInjection;
        using Notify;
        using Notify.Providers;

        if (args is [var address])
        {
            await Remote.RunAsync(address);
            return;
        }

        var trigger = new Trigger { To = Recipient.Email("ada@example.org"), Template = "hello" }.WithData(
            new Hello("Ada"),
            ShopJson.Default.Hello
        );
        var json = JsonSerializer.Serialize(trigger, ShopJson.Default.Trigger);
        var read = JsonSerializer.Deserialize(json, ShopJson.Default.Trigger)!;
        Console.WriteLine($"{read.To} {read.DataElement} {Outcome.Sent().Kind}");

        var preview = new TemplatePreview { Locale = "sv" }.WithData(new Hello("Bo"), ShopJson.Default.Hello);
        var same = trigger.WithData(trigger.DataElement!.Value);
        Console.WriteLine($"{preview.DataElement} {same.DataElement}");

        var page = JsonSerializer.Serialize(await new Orders().ListAsync("shop"), ShopJson.Default.PageNotificationSummary);
        var item = JsonSerializer.Deserialize(page, ShopJson.Default.PageNotificationSummary)!.Items[0];
        Console.WriteLine($"{item.Trigger.Tenant} {item.Trigger.To}");

        var happened = NotifyEvent.Parse(
            "{\"id\":\"5f2c5a2e-0d7f-8a42-9b0c-6d4fd1b7a111\",\"type\":\"device.pruned\",\"tenant\":\"shop\","u8
                + "\"occurredAt\":\"2027-03-01T10:00:00Z\",\"data\":{\"user\":\"ada\",\"platform\":\"ios\"}}"u8
        );
        Console.WriteLine($"{happened} {((DeviceEventData)happened.Data).User}");
        Console.WriteLine(JsonSerializer.Serialize(happened, ShopJson.Default.NotifyEvent).Length);

        // What an application calls, compiled against the facades that AddNotifications registers.
        internal sealed class Shop(
            INotifier notifier,
            INotificationQueries queries,
            ITemplateCatalog templates,
            IEventFeed feed
        )
        {
            public async Task<long> RunAsync(Trigger trigger, Template template, TemplatePreview preview)
            {
                await templates.SaveAsync(template);
                await templates.PreviewAsync(template, preview);
                var accepted = await notifier.TriggerAsync(trigger);
                await notifier.CancelAsync(trigger.Tenant, accepted.Id);
                var watch = new EventWatch { Tenant = trigger.Tenant, Types = ["delivery.*"] };
                await foreach (var watched in feed.WatchAsync(watch, CancellationToken.None))
                    Console.WriteLine(watched.Event?.Type);
                var timeline = await queries.FindAsync(trigger.Tenant, accepted.Id);
                var counts = await queries.CountDeliveriesAsync(new DeliveryCountQuery { Tenant = trigger.Tenant });
                var dead = new DeadLetterFilter { Tenant = trigger.Tenant };
                await queries.ReplayDeadLettersAsync(new DeadLetterReplay { Filter = dead, All = true });
                return timeline!.Deliveries.Items.Count + counts.Counts.Count + await queries.CountDeadLettersAsync(dead);
            }
        }

        // What an application calls over HTTP.
        internal static class Remote
        {
            public static async Task RunAsync(string address)
            {
                var services = new ServiceCollection();
                services.AddNotifyClient(address);
                await using var provider = services.BuildServiceProvider();

                var recipients = provider.GetRequiredService<IRecipients>();
                await recipients.SaveUserAsync(new User { Id = "ada", QuietHours = new(new(22, 0), new(7, 0)) });
                var user = await recipients.FindUserAsync(Trigger.DefaultTenant, "ada");
                var templates = provider.GetRequiredService<ITemplateCatalog>();
                var hello = new Template { Name = "hello", Variants = [new TemplateVariant { Body = "Hi {{ Name }}" }] };
                var version = await templates.SaveAsync(hello);

                var trigger = new Trigger { To = Recipient.Email("ada@example.org"), Template = "hello", Reference = "order/1" };
                var sent = await provider
                    .GetRequiredService<INotifier>()
                    .TriggerAsync(trigger.WithData(new Hello("Ada"), ShopJson.Default.Hello));
                var found = await provider
                    .GetRequiredService<INotificationQueries>()
                    .FindAsync(Trigger.DefaultTenant, sent.Id);
                Console.WriteLine($"{user!.Value.QuietHours!.From} {version} {found!.Notification.Trigger.Reference}");
            }
        }

        internal sealed class Orders
        {
            public Task<Page<NotificationSummary>> ListAsync(string tenant)
            {
                var order = new NotificationSummary
                {
                    Id = Guid.CreateVersion7(),
                    AcceptedAt = DateTimeOffset.UnixEpoch,
                    ExpiresAt = DateTimeOffset.UnixEpoch,
                    Trigger = new Trigger { Tenant = tenant, To = Recipient.User("ada") },
                };
                return Task.FromResult(new Page<NotificationSummary> { Items = [order] });
            }
        }

        internal sealed record Hello(string Name);

        [JsonSerializable(typeof(Page<NotificationSummary>))]
        [JsonSerializable(typeof(Trigger))]
        [JsonSerializable(typeof(Hello))]
        [JsonSerializable(typeof(NotifyEvent))]
        internal sealed partial class ShopJson : JsonSerializerContext;
        """;

    [Fact]
    public async Task A_published_program_has_no_warning_and_sends()
    {
        using var shop = await Consumer.CreateAsync("console", packed, ["Notify.Client"]);
        await shop.WriteAsync("Program.cs", Code);
        using var data = new TemporaryFolder();
        var (host, http) = await SampleProcess.StartHostAsync(data.Path, null, "--urls", $"http://127.0.0.1:{FreePort.Next()}");
        await using var running = host;

        await shop.PublishAsync("-p:PublishAot=true", "-p:InvariantGlobalization=true");

        var started = Stopwatch.StartNew();
        var output = await Command.RunAsync(shop.Folder, shop.PublishedProgram, []);
        TestContext.Current.TestOutputHelper!.WriteLine($"The program started and ended in {started.ElapsedMilliseconds} ms.");
        Assert.Equal(
            """
            address:email {"Name":"Ada"} Sent
            {"Name":"Bo"} {"Name":"Ada"}
            shop User:ada
            device.pruned 5f2c5a2e-0d7f-8a42-9b0c-6d4fd1b7a111 ada
            159
            """,
            output.ReplaceLineEndings("\n").Trim()
        );
        var answers = await Command.RunAsync(shop.Folder, shop.PublishedProgram, [http.BaseAddress!.AbsoluteUri]);
        Assert.Equal("22:00 1 order/1", answers.Trim());
    }
}
