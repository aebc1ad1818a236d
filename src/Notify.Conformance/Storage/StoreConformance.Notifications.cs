using System.Text.Json;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests notifications and their deliveries.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Every_field_of_a_trigger_is_stored()
    {
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To =
            [
                Recipient.User("användare"),
                Recipient.Topic("news"),
                Recipient.Email("åsa@example.org"),
                Recipient.Phone("+46701234567"),
                Recipient.Webhook("https://example.org/?a=1&b=ä"),
                Recipient.PushToken("token", Platform.Ios),
                Recipient.Address(Channel.Create("fax"), "1"),
            ],
            OnUnknownRecipient = UnknownRecipientBehavior.Skip,
            Template = "order-shipped",
            TemplateVersion = 7,
            Data = new
            {
                Number = 42,
                Total = 12.5m,
                Name = "山田",
                Lines = new[] { "a", "b" },
                Gift = (string?)null,
            },
            Channels = [Channel.Push, Channel.Create("fax")],
            Fallback =
            [
                new FallbackStep(Channel.Sms, TimeSpan.FromMinutes(5)),
                new FallbackStep(Channel.Email, TimeSpan.FromDays(1)),
            ],
            Category = "märketing",
            CollapseKey = "order-42",
            Throttle = new Throttle(3, TimeSpan.FromHours(1)),
            Digest = new Digest { Cron = "0 8 * * 1-5" },
            Priority = Priority.High,
            SendAt = Now.AddMinutes(1),
            SendAtLocal = new DateTime(2031, 2, 3, 4, 5, 6),
            ExpiresAt = Now.AddHours(1),
            IdempotencyKey = "key ☀",
            Reference = "beställning 42",
            CancellationKey = "påminnelse 42",
            Tags = ["vår", "50 %"],
            Metadata = new Dictionary<string, string> { ["ärende"] = "1\n\"2\" 山", ["empty"] = "" },
        };
        var notification = CreateSample().Notification with { Trigger = trigger, ExpiresAt = Now.AddHours(1), Contents = [] };

        await EnqueueAsync(new Sample(Tenant, Now) { Notification = notification });

        Same.As(notification, await Store.Notifications.FindAsync(Tenant, notification.Id, Cancellation));
    }

    [Fact]
    public async Task A_delivery_is_found_by_its_id_in_its_tenant()
    {
        var sample = new Sample(Tenant, Now);
        Delivery[] deliveries = [sample.Delivery() with { UserId = "u" }, sample.Delivery()];
        await EnqueueAsync(sample, deliveries);

        await Store.ReopenAsync();
        var listed = await Store.Notifications.ListDeliveriesAsync(Tenant, sample.Notification.Id, null, 10, Cancellation);
        foreach (var (delivery, record) in deliveries.OrderBy(delivery => delivery.Id).Zip(listed))
        {
            Same.As(record, await Store.Notifications.FindDeliveryAsync(Tenant, delivery.Id, Cancellation));
            Assert.Null(await Store.Notifications.FindDeliveryAsync(OtherTenant, delivery.Id, Cancellation));
        }

        Assert.Null(await Store.Notifications.FindDeliveryAsync(Tenant, sample.Notification.Id, Cancellation));
    }

    [Fact]
    public async Task Every_field_of_a_content_is_stored()
    {
        var full = new Content
        {
            Title = "Tïtel ☀",
            Body = "line 1\nline 2\t\"quoted\" \\ 山",
            Html = "<p>&amp; é</p>",
            Data = new Dictionary<string, string> { ["b"] = "ä", ["a"] = "" },
            Attachments =
            [
                new Attachment("räkning.pdf", "application/pdf", new byte[] { 0, 1, 254, 255 }),
                new Attachment { Url = "https://files.example.org/%7Eå.pdf?signature=a%2Bb" },
            ],
            Sms = new SmsContent { From = "Shop & Co" },
            Email = new EmailContent
            {
                From = new Mailbox("news@example.org", "Nyheter"),
                ReplyTo = ["hjälp@example.org", new Mailbox("sales@example.org", "Säljare \"1\"")],
                Cc = [new Mailbox("bob@example.org", "Bob 山")],
                Bcc = ["carol@example.org"],
                Headers = new Dictionary<string, string> { ["X-Order"] = "42 å", ["in-reply-to"] = "<1@example.org>" },
                InlineImages = [new InlineImage("logo@example.org", "image/png", new byte[] { 137, 80, 0, 255 })],
            },
            Push = new PushContent
            {
                ImageUrl = "https://example.org/ä.png",
                Link = "shop://order/42",
                Sound = "pling.caf",
                Badge = 0,
                Action = "ORDER",
                Thread = "order-42",
                IsSilent = true,
            },
            Overrides = new Dictionary<string, JsonElement>
            {
                ["apns"] = JsonSerializer.SerializeToElement(
                    new
                    {
                        headers = new { priority = "5" },
                        gone = (string?)null,
                        list = new[] { 1, 2.5 },
                    }
                ),
            },
        };
        ContentVariant[] contents =
        [
            new(null, null, new Content { Body = "short" }),
            new(Channel.Email, "pt-BR", full),
            new(null, "sv", new Content { Html = "<p/>" }),
        ];
        var sample = CreateSample();
        var notification = sample.Notification with
        {
            Contents = contents,
            Trigger = sample.Notification.Trigger with { Content = full },
        };

        await EnqueueAsync(new Sample(Tenant, Now) { Notification = notification });

        var found = await Store.Notifications.FindAsync(Tenant, notification.Id, Cancellation);
        Same.As<IReadOnlyList<ContentVariant>>(contents, found!.Contents);
        Assert.Equal(
            (notification.AcceptedAt, notification.ExpiresAt, Tenant),
            (found.AcceptedAt, found.ExpiresAt, found.Tenant)
        );
    }

    [Fact]
    public async Task Only_a_tenants_own_notification_is_found()
    {
        var delivery = await EnqueueAsync();

        Assert.Null(await Store.Notifications.FindAsync(OtherTenant, delivery.NotificationId, Cancellation));
        Assert.Null(await Store.Notifications.FindAsync(Tenant, delivery.Id, Cancellation));
        Assert.Empty(await ListDeliveriesAsync(delivery.NotificationId, OtherTenant));
        Assert.Empty(await Store.Notifications.CountDeliveriesAsync(OtherTenant, delivery.NotificationId, Cancellation));
    }

    [Fact]
    public async Task Deliveries_are_listed_page_by_page_in_the_order_of_their_ids()
    {
        var sample = CreateSample();
        var deliveries = sample.Deliveries(25);
        await EnqueueAsync(sample, [.. deliveries.Reverse()]);
        await EnqueueAsync();

        var paged = new List<Guid>();
        while (await ListPageAsync(sample, paged.Count == 0 ? null : paged[^1], 10) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, 10);
            paged.AddRange(page.Select(record => record.Delivery.Id));
        }

        Assert.Equal(deliveries.Select(delivery => delivery.Id).Order(), paged);
    }

    [Fact]
    public async Task The_deliveries_of_a_notification_are_counted_by_state()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, sample.Deliveries(10));
        var leases = await LeaseAsync(Now, max: 6);
        Settlement[] settlements =
        [
            .. leases.Take(3).Select(lease => Sent(lease, Now)),
            .. leases.Skip(3).Take(2).Select(lease => DeadLetter(lease, Now)),
        ];
        await Store.Queue.SettleAsync(settlements, Cancellation);

        var counts = await Store.Notifications.CountDeliveriesAsync(Tenant, sample.Notification.Id, Cancellation);

        Assert.Equal(
            [(DeliveryState.Pending, 5), (DeliveryState.Sent, 3), (DeliveryState.DeadLetter, 2)],
            counts.Where(count => count.Value > 0).Select(count => (count.Key, count.Value)).OrderBy(count => count.Key)
        );
    }

    private async Task<IReadOnlyList<DeliveryRecord>> ListPageAsync(Sample sample, Guid? after, int limit) =>
        await Store.Notifications.ListDeliveriesAsync(Tenant, sample.Notification.Id, after, limit, Cancellation);
}
