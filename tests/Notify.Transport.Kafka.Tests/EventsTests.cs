using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

/// <summary>The topics that other systems read, as docs/reference/kafka.md describes them.</summary>
public sealed partial class EventsTests(SharedKafkaCluster shared) : IDisposable
{
    private static readonly User Ada = new()
    {
        Id = "u-42",
        Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
    };

    private static readonly Device Phone = new()
    {
        Id = "d-1",
        UserId = Ada.Id,
        Platform = Platform.Ios,
        Token = "secret-token",
        App = "org.example",
    };

    private readonly SharedMemory _store = new();
    private readonly Mail _mail = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Other_systems_can_follow_what_is_accepted_and_settled_and_every_device()
    {
        var (cluster, prefix) = await shared.GetAsync();
        var id = await LiveAsync(cluster, SendingTests.ByHint(prefix));

        Assert.Equal(
            [
                $$$"""
                u-42|{"id":"ID","type":"notification.accepted","occurredAt":"T","tenant":"default","data":
                {"notificationId":"{{{id}}}","user":"u-42","priority":"normal","deliveries":1,"topics":0}}
                """.ReplaceLineEndings(""),
            ],
            await ReadAsync(cluster, $"{prefix}notification-events")
        );
        Assert.Equal(
            ((string[])["registered", "updated", "removed"]).Select(what =>
                $$$"""
                    u-42|{"id":"ID","type":"device.{{{what}}}","occurredAt":"T","tenant":"default","data":
                    {"deviceId":"d-1","user":"u-42","platform":"ios","app":"org.example"}}
                    """.ReplaceLineEndings("")
            ),
            await ReadAsync(cluster, $"{prefix}device-events")
        );
        var analytics = await ReadAsync(cluster, $"{prefix}analytics-events");
        Assert.Matches(
            $$$"""
            ^u-42\|{"id":"ID","type":"delivery.sent","occurredAt":"T","tenant":"default","data":
            {"notificationId":"{{{id}}}","deliveryId":"[-0-9a-f]{36}","user":"u-42",
            "channel":"email","provider":"mail","state":"sent","outcome":"sent"}}$
            """.ReplaceLineEndings(""),
            Assert.Single(analytics, line => line.Contains("delivery.sent", StringComparison.Ordinal))
        );
        Assert.Matches(
            """
            ^([-0-9a-f]{36})\|{"id":"ID","type":"receipt.opened","occurredAt":"T","tenant":"default","data":
            {"deliveryId":"\1","kind":"opened","isFirst":true,
            "notificationId":"[-0-9a-f]{36}","channel":"email","provider":"mail"}}$
            """.ReplaceLineEndings(""),
            Assert.Single(analytics, line => line.Contains("receipt.opened", StringComparison.Ordinal))
        );
        Assert.Equal(2, analytics.Length);
    }

    [Fact]
    public async Task A_pruned_device_is_published_under_its_user()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using (
            var application = await Application.StartAsync(
                builder =>
                {
                    _store.AddTo(builder);
                    builder.Services.AddSingleton<IDeliveryProvider>(new DeadTokens());
                },
                cluster.BootstrapServers,
                _mail,
                SendingTests.ByHint(prefix),
                options => options.Workers = Workers.All
            )
        )
        {
            await application.Directory.SaveUserAsync(Ada with { Addresses = new Dictionary<string, string>() });
            await application.Directory.RegisterDeviceAsync(Phone);
            await application.TriggerAsync(1, to: Recipient.User(Ada.Id));
            await Eventually.TrueAsync(
                async () => (await application.Directory.ListDevicesAsync(Phone.Tenant, Ada.Id))[0].PrunedAt is not null,
                "the device to be pruned"
            );
        }

        Assert.Contains(
            """
            u-42|{"id":"ID","type":"device.pruned","occurredAt":"T","tenant":"default","data":
            {"deviceId":"d-1","user":"u-42","platform":"ios","app":"org.example","reason":"unregistered","provider":"dead"}}
            """.ReplaceLineEndings(""),
            await ReadAsync(cluster, $"{prefix}device-events")
        );
    }

    [Fact]
    public async Task Each_topic_can_be_switched_off()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await LiveAsync(cluster, options =>
        {
            SendingTests.ByHint(prefix)(options);
            options.NotificationEvents = options.DeviceEvents = options.AnalyticsEvents = false;
        });

        foreach (var topic in new[] { "notification-events", "device-events", "analytics-events" })
            Assert.Empty(await ReadAsync(cluster, prefix + topic));
    }

    [Fact]
    public async Task A_topic_is_expanded_by_another_process_without_its_looking_into_the_store()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var triggering = await Application.StartTriggeringAsync(
            _store,
            cluster.BootstrapServers,
            SendingTests.ByHint(prefix)
        );
        await using var sending = await StartAsync(Workers.Delivery, TimeSpan.FromMilliseconds(50));
        await using var processing = await StartAsync(Workers.Expansion, TimeSpan.FromMinutes(1));
        await triggering.Directory.SaveUserAsync(Ada);
        await triggering.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", [Ada.Id]);

        await Eventually.TrueAsync(
            async () =>
            {
                await triggering.TriggerAsync(1, to: Recipient.Topic("news"));
                return _mail.Sent.Count > 0;
            },
            "the topic's subscriber to be notified"
        );

        Task<Application> StartAsync(Workers workers, TimeSpan poll) =>
            Application.StartAsync(_store.AddTo, cluster.BootstrapServers, _mail, SendingTests.ByHint(prefix), options =>
            {
                options.Workers = workers;
                options.PollInterval = poll;
            });
    }

    [Fact]
    public async Task Events_that_there_is_no_room_for_hold_nothing_up()
    {
        await using var sending = await Application.StartSendingAsync(_store, $"127.0.0.1:{FreePort.Next()}", _mail, options =>
        {
            options.HandOverTime = TimeSpan.FromSeconds(1);
            options.Settings["queue.buffering.max.messages"] = "1";
        });

        await _store.AcceptedAsync(await sending.TriggerAsync(50));
    }

    // A process that has stopped has passed everything that it published to the brokers.
    private async Task<Guid> LiveAsync(KafkaCluster cluster, Action<KafkaTransportOptions> configure)
    {
        await using var application = await Application.StartSendingAsync(_store, cluster.BootstrapServers, _mail, configure);
        await application.Directory.SaveUserAsync(Ada);
        await application.Directory.RegisterDeviceAsync(Phone);
        Assert.True(await application.Directory.UpdateDeviceAsync(Phone with { Locale = "sv" }));
        Assert.True(await application.Directory.RemoveDeviceAsync(Trigger.DefaultTenant, Ada.Id, "d-1"));
        Assert.False(await application.Directory.RemoveDeviceAsync(Trigger.DefaultTenant, Ada.Id, "d-1"));
        var ids = await application.TriggerAsync(1, to: Recipient.User(Ada.Id));
        await _store.AcceptedAsync(ids);
        await application.OpenAsync(ids[0]);
        return ids[0];
    }

    private sealed class DeadTokens : IDeliveryProvider
    {
        public string Name => "dead";

        public Channel Channel => Channel.Push;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
            new(Outcome.RecipientGone("unregistered"));
    }

    // Times and the ids of events are checked for being such, and left out.
    private static async Task<string[]> ReadAsync(KafkaCluster cluster, string topic) =>
        [
            .. (await cluster.ReadAsync(topic)).Select(message =>
            {
                using var json = JsonDocument.Parse(message.Body);
                var text = TimeOfDay().Replace($"{message.Key}|{message.Text}", "\"T\"");
                return EventId().Replace(text, "{\"id\":\"ID\"");
            }),
        ];

    [GeneratedRegex(
        """
            {"id":"[-0-9a-f]{36}"
            """
    )]
    private static partial Regex EventId();

    [GeneratedRegex(
        """
            "\d{4}-\d\d-\d\dT[0-9:.]+\+00:00"
            """
    )]
    private static partial Regex TimeOfDay();
}
