using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

/// <summary>
/// Events reach the endpoints that subscribe to them, as webhooks that a receiver verifies by the specification.
/// </summary>
public sealed class EventSubscriptionTests : IAsyncLifetime
{
    private const string Acme = "acme";
    private const string Globex = "globex";

    private WebhookApplication _application = null!;

    private IEventSubscriptions Subscriptions => _application.Services.GetRequiredService<IEventSubscriptions>();

    public async ValueTask InitializeAsync() =>
        _application = await WebhookApplication.StartAsync(configureServices: services =>
            services.Configure<RetryOptions>(Channel.Webhook.Name, retry => retry.Delay = TimeSpan.FromMilliseconds(10))
        );

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    [Fact]
    public async Task A_subscriber_gets_the_events_of_its_types_and_tenant_signed_and_in_the_documented_form()
    {
        await using var receiver = await Endpoint.StartAsync(204);
        await using var other = await Endpoint.StartAsync(204);
        await using var target = await Endpoint.StartAsync(204);
        var issued = await SubscribeAsync(receiver, Acme, "delivery.*");
        var exact = await SubscribeAsync(receiver, Acme, NotifyEventTypes.NotificationAccepted);
        await SubscribeAsync(other, Globex, "delivery.*", "receipt.*", "device.*", "notification.*");

        var notification = await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);
        var delivery = await _application.AttemptedAsync(notification, 1, Acme);

        var accepted = await ReceiveAsync(receiver, NotifyEventTypes.NotificationAccepted);
        var sent = await ReceiveAsync(receiver, NotifyEventTypes.DeliverySent);
        Assert.True(sent.Request.IsVerifiedBy(issued.Secret));
        Assert.True(accepted.Request.IsVerifiedBy(exact.Secret));
        Assert.Equal(1, sent.Body.GetProperty("version").GetInt32());
        var data = sent.Body.GetProperty("data");
        Assert.Equal(notification, data.GetProperty("notificationId").GetGuid());
        Assert.Equal(delivery.Delivery.Id, data.GetProperty("deliveryId").GetGuid());
        Assert.Equal("sent", data.GetProperty("state").GetString());
        Assert.DoesNotContain("content-text", sent.Request.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("url-token", sent.Request.Body, StringComparison.Ordinal);
        // One event of each kind, none about the deliveries of the events, and none for the other tenant.
        await SettleAsync();
        Assert.Equal(2, receiver.Requests.Count);
        Assert.Empty(other.Requests);
        Assert.Single(target.Requests);
    }

    [Fact]
    public async Task The_id_of_an_event_is_that_of_the_other_streams_and_the_same_for_every_attempt()
    {
        var failures = 2;
        await using var receiver = await Endpoint.StartAsync(context =>
            context.Response.StatusCode = Interlocked.Decrement(ref failures) >= 0 ? 503 : 204
        );
        await using var target = await Endpoint.StartAsync(204);
        await SubscribeAsync(receiver, Acme, NotifyEventTypes.DeliverySent);
        using var watching = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var feed = _application
            .Services.GetRequiredService<IEventFeed>()
            .WatchAsync(new EventWatch { Tenant = Acme, Types = ["delivery.*"] }, watching.Token)
            .GetAsyncEnumerator(watching.Token);
        await feed.MoveNextAsync();

        await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);
        while (await feed.MoveNextAsync() && feed.Current.Event is null) { }

        await Eventually.TrueAsync(() => receiver.Requests.Count == 3, "three attempts");
        Assert.Equal([$"{feed.Current.Event!.Id}"], receiver.Requests.Select(request => request.Id).Distinct());
        // The event was retried twice, and these retries are not events.
        await SettleAsync();
        Assert.Equal(3, receiver.Requests.Count);
    }

    [Fact]
    public async Task Events_about_devices_receipts_and_cancellations_are_delivered()
    {
        await using var receiver = await Endpoint.StartAsync(204);
        await using var target = await Endpoint.StartAsync(204);
        await SubscribeAsync(receiver, Acme, "device.*", "receipt.*", NotifyEventTypes.NotificationCancelled);
        var recipients = _application.Services.GetRequiredService<IRecipients>();
        var notifier = _application.Services.GetRequiredService<INotifier>();
        var device = new Device
        {
            Tenant = Acme,
            UserId = "ada",
            Id = "phone",
            Platform = Platform.Android,
            Token = "push-token-of-ada",
        };
        await recipients.SaveUserAsync(new User { Tenant = Acme, Id = "ada" });

        await recipients.RegisterDeviceAsync(device);
        await recipients.UpdateDeviceAsync(device with { Locale = "sv" });
        await recipients.RemoveDeviceAsync(Acme, "ada", "phone");
        var notification = await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);
        var sent = await _application.AttemptedAsync(notification, 1, Acme);
        await _application
            .Services.GetRequiredService<IReceipts>()
            .AddAsync(Acme, [new Receipt(sent.Delivery.Id, ReceiptKind.Opened, DateTimeOffset.UtcNow)]);
        var later = await notifier.TriggerAsync(
            new Trigger
            {
                Tenant = Acme,
                To = Recipient.Webhook(target.Url),
                Content = new Content { Body = "later" },
                SendAt = DateTimeOffset.UtcNow.AddDays(1),
            }
        );
        await notifier.CancelAsync(Acme, later.Id);

        string[] expected =
        [
            NotifyEventTypes.DeviceRegistered,
            NotifyEventTypes.DeviceUpdated,
            NotifyEventTypes.DeviceRemoved,
            NotifyEventTypes.ReceiptOpened,
            NotifyEventTypes.NotificationCancelled,
        ];
        foreach (var type in expected)
            await ReceiveAsync(receiver, type);
        Assert.All(receiver.Requests, request =>
            Assert.DoesNotContain("push-token-of-ada", request.Body, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_disabled_subscription_gets_nothing_and_its_waiting_events_are_cancelled()
    {
        await using var receiver = await Endpoint.StartAsync(503);
        await using var target = await Endpoint.StartAsync(204);
        var issued = await SubscribeAsync(receiver, Acme, "delivery.*");
        await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);
        await Eventually.TrueAsync(() => receiver.Requests.Count >= 1, "the event");

        await ReplaceAsync(issued, draft => draft with { IsEnabled = false });

        var waiting = await FindNotificationAsync(issued);
        var cancelled = await Eventually.FindAsync(
            async () =>
                (await _application.DeliveriesAsync(waiting, Acme))[0] is { State: DeliveryState.Cancelled } found ? found : null,
            "the cancelled event"
        );
        Assert.Equal("the event subscription is disabled", cancelled.Reason);
        var before = receiver.Requests.Count;
        await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);
        await Eventually.TrueAsync(() => target.Requests.Count == 2, "the second notification");
        await SettleAsync();
        Assert.Equal(before, receiver.Requests.Count);
    }

    [Fact]
    public async Task Waiting_events_go_to_the_new_url_of_their_subscription()
    {
        await using var wrong = await Endpoint.StartAsync(503);
        await using var right = await Endpoint.StartAsync(204);
        await using var target = await Endpoint.StartAsync(204);
        var issued = await SubscribeAsync(wrong, Acme, "delivery.*");
        await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);
        await Eventually.TrueAsync(() => wrong.Requests.Count >= 1, "the event");

        await ReplaceAsync(issued, draft => draft with { Url = right.Url });

        var received = await ReceiveAsync(right, NotifyEventTypes.DeliverySent);
        Assert.True(received.Request.IsVerifiedBy(await _application.GetSecretAsync(right.Url, Acme)));
        Assert.Equal(wrong.Requests[0].Id, received.Request.Id);
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_disables_its_subscription()
    {
        await using var receiver = await Endpoint.StartAsync(410);
        await using var target = await Endpoint.StartAsync(204);
        var issued = await SubscribeAsync(receiver, Acme, "delivery.*");

        await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);

        var disabled = await Eventually.FindAsync(
            async () =>
                (await Subscriptions.FindAsync(Acme, issued.Subscription.Id)) is { Value: { IsEnabled: false } found }
                    ? found
                    : null,
            "the disabled subscription"
        );
        Assert.Equal("HTTP 410", disabled.DisabledBecause);
    }

    [Fact]
    public async Task A_rotation_signs_with_both_secrets_and_a_test_event_shows_it()
    {
        await using var receiver = await Endpoint.StartAsync(204);
        var issued = await SubscribeAsync(receiver, Acme, "receipt.*");
        await ReplaceAsync(issued, draft => draft with { IsEnabled = false });

        var rotated = await Subscriptions.RotateSecretAsync(Acme, issued.Subscription.Id);
        var sent = await Subscriptions.SendTestAsync(Acme, issued.Subscription.Id);

        var test = await ReceiveAsync(receiver, NotifyEventTypes.SubscriptionTest);
        Assert.NotEqual(issued.Secret, rotated!.Secret);
        Assert.True(test.Request.IsVerifiedBy(issued.Secret));
        Assert.True(test.Request.IsVerifiedBy(rotated.Secret));
        Assert.Equal(issued.Subscription.Id, test.Body.GetProperty("data").GetProperty("subscriptionId").GetGuid());
        Assert.Equal(DeliveryState.Sent, (await _application.AttemptedAsync(sent!.Value, 1, Acme)).State);
        Assert.Null(await Subscriptions.RotateSecretAsync(Globex, issued.Subscription.Id));
        Assert.Null(await Subscriptions.SendTestAsync(Globex, issued.Subscription.Id));
        Assert.Null(await Subscriptions.FindAsync(Globex, issued.Subscription.Id));
    }

    [Fact]
    public async Task A_settlement_that_was_lost_has_no_event()
    {
        await using var receiver = await Endpoint.StartAsync(204);
        await SubscribeAsync(receiver, Acme, "delivery.*");
        var sending = new TaskCompletionSource();
        var answering = new TaskCompletionSource();
        await using var target = await Endpoint.StartAsync(async context =>
        {
            sending.SetResult();
            await answering.Task;
            context.Response.StatusCode = 204;
        });

        var id = await _application.TriggerAsync(Recipient.Webhook(target.Url), tenant: Acme);
        await sending.Task;
        // Another worker ends the delivery while the attempt runs.
        var queue = _application.Services.GetRequiredService<IDeliveryQueue>();
        var delivery = (await _application.DeliveriesAsync(id, Acme))[0].Delivery;
        Assert.Equal(
            [true],
            await queue.SettleAsync(
                [
                    new Settlement
                    {
                        DeliveryId = delivery.Id,
                        Fence = 1,
                        State = DeliveryState.DeadLetter,
                        Provider = delivery.Provider,
                        AttemptsSpent = 0,
                        SettledAt = DateTimeOffset.UtcNow,
                    },
                ],
                CancellationToken.None
            )
        );
        answering.SetResult();

        var withdrawn = await Eventually.FindAsync(
            async () =>
            {
                var found = await _application
                    .Services.GetRequiredService<INotificationQueries>()
                    .ListAsync(new NotificationQuery { Tenant = Acme, Tag = "event-subscription" });
                return
                    found.Items.Count == 1
                    && (await _application.DeliveriesAsync(found.Items[0].Id, Acme))[0] is { State: DeliveryState.Cancelled } one
                    ? one
                    : null;
            },
            "the withdrawn event"
        );
        Assert.Empty(withdrawn.Attempts);
        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task An_event_arrives_although_its_process_ends_with_the_settlement()
    {
        await using var receiver = await Endpoint.StartAsync(204);
        await using var target = await Endpoint.StartAsync(204);
        DyingQueue? queue = null;
        await using var application = await WebhookApplication.StartAsync(
            configureServices: services =>
                services.Configure<NotificationsOptions>(options =>
                {
                    options.AttemptTimeout = TimeSpan.FromSeconds(1);
                    options.LeaseDuration = TimeSpan.FromSeconds(2);
                }),
            replaceServices: services =>
            {
                var inner = services.Last(service => service.ServiceType == typeof(IDeliveryQueue));
                services.Remove(inner);
                services.AddSingleton<IDeliveryQueue>(provider =>
                    queue = new DyingQueue((IDeliveryQueue)inner.ImplementationFactory!(provider))
                );
            }
        );
        var subscriptions = application.Services.GetRequiredService<IEventSubscriptions>();
        await subscriptions.CreateAsync(new EventSubscriptionDraft { Url = receiver.Url, Types = ["delivery.*"] });

        var id = await application.TriggerAsync(Recipient.Webhook(target.Url));

        var received = await ReceiveAsync(receiver, NotifyEventTypes.DeliverySent);
        Assert.Equal(id, received.Body.GetProperty("data").GetProperty("notificationId").GetGuid());
        Assert.True(queue!.HasDied);
    }

    private Task<IssuedEventSubscription> SubscribeAsync(Endpoint receiver, string tenant, params string[] types) =>
        Subscriptions.CreateAsync(
            new EventSubscriptionDraft
            {
                Tenant = tenant,
                Url = receiver.Url,
                Types = types,
            }
        );

    private async Task ReplaceAsync(IssuedEventSubscription issued, Func<EventSubscriptionDraft, EventSubscriptionDraft> change)
    {
        var draft = new EventSubscriptionDraft
        {
            Tenant = issued.Subscription.Tenant,
            Url = issued.Subscription.Url,
            Types = issued.Subscription.Types,
        };
        var result = await Subscriptions.ReplaceAsync(
            issued.Subscription.Id,
            change(draft),
            Precondition.HasVersion(issued.Version)
        );
        Assert.Equal(ChangeStatus.Changed, result.Status);
    }

    private async Task<Guid> FindNotificationAsync(IssuedEventSubscription issued)
    {
        var found = await _application
            .Services.GetRequiredService<INotificationQueries>()
            .ListAsync(new NotificationQuery { Tenant = Acme, Reference = $"{issued.Subscription.Id}" });
        return found.Items[0].Id;
    }

    private static async Task<(ReceivedRequest Request, JsonElement Body)> ReceiveAsync(Endpoint receiver, string type)
    {
        var request = await Eventually.FindAsync(
            () => Task.FromResult(receiver.Requests.FirstOrDefault(request => ReadType(request) == type)),
            type
        );
        return (request, JsonElement.Parse(request.Body));
    }

    private static string? ReadType(ReceivedRequest request) => JsonElement.Parse(request.Body).GetProperty("type").GetString();

    // Nothing is due any more, so nothing further will be sent.
    private Task SettleAsync() =>
        Eventually.TrueAsync(
            async () =>
                (await _application.Services.GetRequiredService<IDeliveryQueue>().GetDepthAsync(CancellationToken.None)).Sum(
                    lane => lane.Pending
                ) == 0,
            "an empty queue"
        );
}
