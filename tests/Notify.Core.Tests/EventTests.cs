using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>Tests of the events about notifications and devices.</summary>
public sealed class EventTests
{
    private readonly Watcher _watcher = new();

    [Fact]
    public async Task An_accepted_notification_is_told_once_and_only_when_it_is_stored()
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

        var told = Assert.Single(_watcher.Notifications);
        Assert.Equal((id, Trigger.DefaultTenant, null, Priority.High, 1, 0), Facts(told));

        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["u"]);
        await application.SendAsync(Recipient.Topic("news"));
        var ofUser = await application.SendAsync(Recipient.User("u"));
        Assert.Equal(
            [(0, 1), (1, 0)],
            _watcher.Notifications.Skip(1).Select(accepted => (accepted.Deliveries, accepted.Expansions))
        );
        Assert.Equal((ofUser, Trigger.DefaultTenant, "u", Priority.Normal, 1, 0), Facts(_watcher.Notifications.Last()));
    }

    [Fact]
    public async Task A_device_is_told_of_when_it_is_registered_pruned_and_removed()
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

        Assert.Equal(
            [
                (DeviceEventKind.Registered, "d", "u", Platform.Android, "shop", null),
                (DeviceEventKind.Pruned, "d", "u", Platform.Android, "shop", "UNREGISTERED"),
                (DeviceEventKind.Removed, "d", "u", Platform.Android, "shop", null),
            ],
            _watcher.Devices.Select(device =>
                (device.Kind, device.DeviceId, device.UserId, device.Platform, device.App, device.Reason)
            )
        );
    }

    private Task<TestApplication> StartAsync(Outcome outcome) =>
        TestApplication.StartAsync(
            builder => builder.Services.AddSingleton<INotificationEventSink>(_watcher).AddSingleton<IDeviceEventSink>(_watcher),
            new ScriptedProvider("mail", Channel.Email, _ => outcome),
            new ScriptedProvider("push", Channel.Push, _ => outcome)
        );

    private static (Guid, string, string?, Priority, int, int) Facts(NotificationEvent told) =>
        (told.NotificationId, told.Tenant, told.UserId, told.Priority, told.Deliveries, told.Expansions);

    private sealed class Watcher : INotificationEventSink, IDeviceEventSink
    {
        public ConcurrentQueue<NotificationEvent> Notifications { get; } = new();

        public ConcurrentQueue<DeviceEvent> Devices { get; } = new();

        public void Publish(NotificationEvent accepted) => Notifications.Enqueue(accepted);

        public void Publish(DeviceEvent happened) => Devices.Enqueue(happened);
    }
}
