using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of which events are published, and of their form.</summary>
public sealed class EventTests
{
    private readonly Sink _sink = new();

    [Fact]
    public async Task An_accepted_notification_is_reported_once_and_only_when_it_is_stored()
    {
        await using var application = await StartAsync(Outcome.Sent());
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "u",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org")) with
        {
            IdempotencyKey = "once",
            Priority = Priority.High,
        };

        var id = await application.SendAsync(trigger);
        await application.SendAsync(trigger);
        await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(Recipient.User("nobody")));

        Assert.Equal((id, null, Priority.High, 1, 0), Facts(Assert.Single(Accepted())));

        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["u"]);
        await application.SendAsync(Recipient.Topic("news"));
        var ofUser = await application.SendAsync(Recipient.User("u"));
        Assert.Equal([(0, 1), (1, 0)], Accepted().Skip(1).Select(accepted => (accepted.Deliveries, accepted.Topics)));
        Assert.Equal((ofUser, "u", Priority.Normal, 1, 0), Facts(Accepted().Last()));
        Assert.All(_sink.Events, happened => Assert.Equal(Trigger.DefaultTenant, happened.Tenant));

        IEnumerable<NotificationAcceptedData> Accepted() => _sink.Get<NotificationAcceptedData>("notification.accepted");
    }

    [Fact]
    public async Task A_cancelled_notification_is_reported_once_with_the_counts()
    {
        await using var application = await StartAsync(Outcome.Sent());
        var id = await application.SendAsync(
            TestApplication.Say(Recipient.Email("ada@example.org")) with
            {
                SendAt = DateTimeOffset.UtcNow.AddDays(1),
            }
        );

        await application.Notifier.CancelAsync(Trigger.DefaultTenant, id);
        await application.Notifier.CancelAsync(Trigger.DefaultTenant, id);
        await application.Notifier.CancelAsync(Trigger.DefaultTenant, Guid.CreateVersion7());

        var cancelled = Assert.Single(_sink.Get<NotificationCancelledData>("notification.cancelled"));
        Assert.Equal((id, 1L, 0L, 0L), (cancelled.NotificationId, cancelled.Cancelled, cancelled.InFlight, cancelled.Ended));
    }

    [Fact]
    public async Task A_device_is_reported_when_it_is_registered_pruned_and_removed()
    {
        await using var application = await StartAsync(Outcome.RecipientGone("UNREGISTERED"));
        await application.Directory.SaveUserAsync(new User { Id = "u" });
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "d",
                UserId = "u",
                Platform = Platform.Android,
                Token = "secret",
                App = "shop",
            }
        );

        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.User("u")));
        await application.Directory.RemoveDeviceAsync(Trigger.DefaultTenant, "u", "d");
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.PushToken("unknown", Platform.Ios)));

        var device = new DeviceEventData
        {
            DeviceId = "d",
            User = "u",
            Platform = Platform.Android,
            App = "shop",
        };
        Assert.Equal([device], _sink.Get<DeviceEventData>("device.registered"));
        Assert.Equal([device with { Reason = "UNREGISTERED", Provider = "push" }], _sink.Get<DeviceEventData>("device.pruned"));
        Assert.Equal([device], _sink.Get<DeviceEventData>("device.removed"));
    }

    [Fact]
    public async Task A_receipt_is_reported_once_if_its_delivery_exists()
    {
        await using var application = await StartAsync(Outcome.Sent());
        var delivery = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));
        var opened = new Receipt(delivery.Delivery.Id, ReceiptKind.Opened, DateTimeOffset.UnixEpoch) { Detail = "reader" };
        var own = new Receipt(delivery.Delivery.Id, ReceiptKind.Create("snoozed"), DateTimeOffset.UtcNow.AddDays(1));
        var receipts = application.Get<IReceipts>();

        var unknown = opened with { DeliveryId = Guid.CreateVersion7() };
        var added = await receipts.AddAsync(Trigger.DefaultTenant, [opened, unknown]);
        Assert.Equal([unknown.DeliveryId], added.Unknown);
        await receipts.RecordAsync(new CallbackReceipts(Trigger.DefaultTenant, [own]));
        await receipts.AddAsync(Trigger.DefaultTenant, [opened]);
        await receipts.AddAsync(Trigger.DefaultTenant, [opened with { At = DateTimeOffset.UnixEpoch.AddHours(1) }]);
        await receipts.AddAsync("other", [opened]);

        var reported = _sink.Events.Where(happened => happened.Type == "receipt.opened").ToList();
        Assert.Equal(2, reported.Count);
        Assert.NotEqual(reported[0].Id, reported[1].Id);
        Assert.Equal(
            new ReceiptEventData
            {
                DeliveryId = delivery.Delivery.Id,
                Kind = ReceiptKind.Opened,
                Detail = "reader",
                IsFirst = true,
                NotificationId = delivery.Delivery.NotificationId,
                Channel = Channel.Email,
                Provider = "mail",
            },
            reported[0].Data
        );
        Assert.False(((ReceiptEventData)reported[1].Data).IsFirst);
        var ahead = Assert.Single(_sink.Events, happened => happened.Type == "receipt.snoozed");
        Assert.True(ahead.OccurredAt <= DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Every_event_survives_its_form_and_has_an_id_of_its_own()
    {
        await using var application = await StartAsync(Outcome.Rejected("no"));
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));
        await Eventually.TrueAsync(() => _sink.Events.Any(happened => happened.Type == "delivery.failed"), "the event");

        Assert.Equal(["notification.accepted", "delivery.failed"], _sink.Events.Select(happened => happened.Type));
        Assert.Equal(2, _sink.Events.Select(happened => happened.Id).Distinct().Count());
        foreach (var happened in _sink.Events)
        {
            var read = NotifyEvent.Parse(happened.ToUtf8Json().Span);
            Assert.Equal(
                (happened.Id, happened.Type, happened.OccurredAt, happened.Tenant, happened.Data),
                (read.Id, read.Type, read.OccurredAt, read.Tenant, read.Data)
            );
            Assert.Equal(happened.ToUtf8Json().ToArray(), read.ToUtf8Json().ToArray());
        }
    }

    [Fact]
    public void An_event_of_a_newer_version_is_read_and_passed_on_whole()
    {
        var known = Parse(
            """
            {"new": [1], "data": {"deliveryId": "0194fdc2-fa2f-7cc0-81d3-ff1207451cd5", "kind": "snoozed", "depth": {"a": 1}},
             "tenant": "default", "occurredAt": "2027-03-01T10:00:00Z", "type": "receipt.snoozed",
             "id": "5f2c5a2e-0d7f-8a42-9b0c-6d4fd1b7a111"}
            """
        );
        Assert.Equal("snoozed", Assert.IsType<ReceiptEventData>(known.Data).Kind.Name);
        var line = Encoding.UTF8.GetString(known.ToUtf8Json().Span);
        Assert.DoesNotContain('\n', line);
        Assert.Contains(""""new":[1]"""", line, StringComparison.Ordinal);
        Assert.Contains("""{"a":1}""", line, StringComparison.Ordinal);

        var state = Parse(WithData("delivery.failed", Delivery.Replace("deadLetter", "vanished", StringComparison.Ordinal)));
        Assert.Equal(DeliveryState.Unknown, Assert.IsType<DeliveryEventData>(state.Data).State);

        foreach (var (type, data) in new[] { ("user.erased", """{"user":"u"}"""), ("delivery.sent", "[7]"), ("a.b.c", "null") })
        {
            var unknown = Assert.IsType<UnknownEventData>(Parse(WithData(type, data)).Data);
            Assert.Equal(data, unknown.Json.GetRawText());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"x","type":"a.b","occurredAt":"2027-03-01T10:00:00Z","tenant":"t","data":{}}""")]
    [InlineData("""{"id":"5f2c5a2e-0d7f-8a42-9b0c-6d4fd1b7a111","type":"a.b","occurredAt":"soon","tenant":"t","data":{}}""")]
    [InlineData(
        """{"id":"5f2c5a2e-0d7f-8a42-9b0c-6d4fd1b7a111","type":"a.b","occurredAt":"2027-03-01T10:00:00Z","tenant":"t"}"""
    )]
    [InlineData(
        """{"id":"5f2c5a2e-0d7f-8a42-9b0c-6d4fd1b7a111","type":"a\nb","occurredAt":"2027-03-01T10:00:00Z","tenant":"","data":1}"""
    )]
    public void What_is_not_an_event_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Parse(json));

    [Theory]
    [InlineData("*", "delivery.sent", true)]
    [InlineData("delivery.*", "delivery.sent", true)]
    [InlineData("delivery.*", "delivery", false)]
    [InlineData("delivery.sent", "delivery.sent", true)]
    [InlineData("delivery.sent", "delivery.sent-late", false)]
    [InlineData("receipt.*", "delivery.sent", false)]
    public void A_pattern_matches_types(string pattern, string type, bool matches)
    {
        Assert.True(NotifyEventTypes.IsPattern(pattern));
        Assert.Equal(matches, NotifyEventTypes.Matches(pattern, type));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("delivery*")]
    [InlineData("*.sent")]
    [InlineData("Delivery.sent")]
    [InlineData("delivery..sent")]
    public void Other_texts_are_no_patterns(string? text) => Assert.False(NotifyEventTypes.IsPattern(text));

    private const string EventId = "5f2c5a2e-0d7f-8a42-9b0c-6d4fd1b7a111";

    private const string Delivery =
        $$"""{"notificationId":"{{EventId}}","deliveryId":"{{EventId}}","channel":"sms","provider":"sms","state":"deadLetter"}""";

    private static NotifyEvent Parse(string json) => NotifyEvent.Parse(Encoding.UTF8.GetBytes(json));

    private static string WithData(string type, string data) =>
        $$"""{"id":"{{EventId}}","type":"{{type}}","occurredAt":"2027-03-01T10:00:00Z","tenant":"t","data":{{data}}}""";

    private Task<TestApplication> StartAsync(Outcome outcome) =>
        TestApplication.StartAsync(
            builder => builder.Services.AddSingleton<IEventSink>(_sink),
            new ScriptedProvider("mail", Channel.Email, _ => outcome),
            new ScriptedProvider("push", Channel.Push, _ => outcome)
        );

    private static (Guid, string?, Priority, int, int) Facts(NotificationAcceptedData accepted) =>
        (accepted.NotificationId, accepted.User, accepted.Priority, accepted.Deliveries, accepted.Topics);

    private sealed class Sink : IEventSink
    {
        public ConcurrentQueue<NotifyEvent> Events { get; } = new();

        public IEnumerable<TData> Get<TData>(string type) =>
            Events.Where(happened => happened.Type == type).Select(happened => happened.Data).Cast<TData>();

        public bool Wants(string type) => true;

        public void Publish(NotifyEvent happened) => Events.Enqueue(happened);
    }
}
