using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Delivering;
using Notify.Queueing;
using Notify.Storage;
using Notify.Testing;

namespace Notify.Chaos.Tests;

public sealed class LateHandOverTests
{
    [Fact]
    public async Task A_lease_that_ended_before_its_attempt_began_is_not_used()
    {
        var provider = new CountingProvider();
        var transport = new LateTransport();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IDeliveryTransport>(transport);
        builder.Services.AddSingleton<IDeliveryProvider>(provider);
        builder.Services.AddNotifications(options =>
        {
            options.AttemptTimeout = TimeSpan.FromMilliseconds(50);
            options.LeaseDuration = TimeSpan.FromMilliseconds(100);
            options.PollInterval = TimeSpan.FromMilliseconds(10);
        }).UseInMemory();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        var id = (await TriggerAsync()).Id;
        var notifications = host.Services.GetRequiredService<INotificationStore>();
        await Eventually.TrueAsync(
            async () => (await notifications.CountDeliveriesAsync(Trigger.DefaultTenant, id, default)).ContainsKey(DeliveryState.Accepted),
            "the delivery to be leased again and sent");
        transport.HandOver();
        transport.LeaseFor = TimeSpan.FromHours(1);
        var next = (await TriggerAsync()).Id;
        transport.HandOver();
        await Eventually.TrueAsync(() => provider.CallsOf(next) == 1, "what was handed over in time");
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, provider.CallsOf(id));

        Task<TriggerResult> TriggerAsync() => host.Services.GetRequiredService<INotifier>().TriggerAsync(
            new Trigger { To = Recipient.Email("ada@example.org"), Content = new Content { Body = "Hello" } });
    }

    private sealed class CountingProvider : IDeliveryProvider
    {
        private readonly ConcurrentDictionary<Guid, int> _calls = new();

        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public int CallsOf(Guid notificationId) => _calls.GetValueOrDefault(notificationId);

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            _calls.AddOrUpdate(delivery.NotificationId, 1, (_, calls) => calls + 1);
            return ValueTask.FromResult(Outcome.Accepted());
        }
    }

    /// <summary>Hands over when the test says so, as a process does that stood still in between.</summary>
    private sealed class LateTransport : IDeliveryTransport
    {
        private readonly Channel<IReadOnlyList<DeliveryHint>> _hints =
            System.Threading.Channels.Channel.CreateUnbounded<IReadOnlyList<DeliveryHint>>();
        private readonly ConcurrentQueue<Lease> _held = new();

        public TimeSpan LeaseFor { get; set; } = TimeSpan.FromMilliseconds(20);

        public QueuedDelivery Prepare(Delivery delivery) => new(delivery, DateTimeOffset.UtcNow + LeaseFor, "late");

        public ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken)
        {
            foreach (var queued in deliveries)
                _held.Enqueue(queued.Lease!);
            return ValueTask.CompletedTask;
        }

        public void HandOver()
        {
            while (_held.TryDequeue(out var lease))
                _hints.Writer.TryWrite([new DeliveryHint(new DeliveryReference(lease.Delivery.Id, lease.Fence), lease)]);
        }

        public void Withdraw(IReadOnlyList<QueuedDelivery> deliveries)
        {
        }

        public IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(CancellationToken cancellationToken) =>
            _hints.Reader.ReadAllAsync(cancellationToken);
    }
}
