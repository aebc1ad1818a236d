using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;
using Notify.Transport;

namespace Notify.Chaos.Tests;

public sealed class LateHandOverTests
{
    private readonly CountingProvider _provider = new();
    private readonly LateTransport _transport = new();

    [Fact]
    public async Task A_lease_that_ended_before_its_attempt_began_is_not_used()
    {
        using var host = await StartAsync();
        var late = (await TriggerAsync(host)).Id;
        await AcceptedAsync(host, late);

        await HandOverAsync(host);
        Assert.Equal(1, _provider.GetCalls(late));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_old_lease_does_not_take_the_place_of_the_one_that_an_attempt_began_with()
    {
        using var host = await StartAsync();
        var answer = new TaskCompletionSource();
        _provider.Answer = answer.Task;
        var late = (await TriggerAsync(host)).Id;
        await Eventually.TrueAsync(() => _provider.GetCalls(late) == 1, "the delivery to be leased again and sent");

        _provider.Answer = Task.CompletedTask;
        await HandOverAsync(host);
        answer.SetResult();
        await AcceptedAsync(host, late);
        Assert.Equal(1, _provider.GetCalls(late));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    // Hands over what was held, and after it a delivery in time: when that was sent, the former was seen too.
    private async Task HandOverAsync(IHost host)
    {
        _transport.HandOver();
        _transport.LeaseFor = TimeSpan.FromHours(1);
        var inTime = (await TriggerAsync(host)).Id;
        _transport.HandOver();
        await AcceptedAsync(host, inTime);
    }

    private async Task<IHost> StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IDeliveryTransport>(_transport);
        builder.Services.AddSingleton<IDeliveryProvider>(_provider);
        builder
            .Services.AddNotifications(options =>
            {
                options.AttemptTimeout = TimeSpan.FromMinutes(1);
                options.LeaseDuration = TimeSpan.FromMinutes(2);
                options.PollInterval = TimeSpan.FromMilliseconds(10);
            })
            .UseInMemory();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static Task<TriggerResult> TriggerAsync(IHost host) =>
        host
            .Services.GetRequiredService<INotifier>()
            .TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email("ada@example.org"),
                    Content = new Content { Body = "Hello" },
                }
            );

    private static async Task AcceptedAsync(IHost host, Guid id)
    {
        var notifications = host.Services.GetRequiredService<INotificationStore>();
        await Eventually.TrueAsync(
            async () =>
                (await notifications.CountDeliveriesAsync(Trigger.DefaultTenant, id, default)).ContainsKey(DeliveryState.Sent),
            "the delivery to be accepted"
        );
    }

    private sealed class CountingProvider : IDeliveryProvider
    {
        private readonly ConcurrentDictionary<Guid, int> _calls = new();

        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public Task Answer { get; set; } = Task.CompletedTask;

        public int GetCalls(Guid notificationId) => _calls.GetValueOrDefault(notificationId);

        public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            _calls.AddOrUpdate(delivery.NotificationId, 1, (_, calls) => calls + 1);
            await Answer;
            return Outcome.Sent();
        }
    }

    /// <summary>Hands over when the test says so, as a process does that stood still in between.</summary>
    private sealed class LateTransport : IDeliveryTransport
    {
        private readonly Channel<IReadOnlyList<DeliveryHint>> _hints = System.Threading.Channels.Channel.CreateUnbounded<
            IReadOnlyList<DeliveryHint>
        >();
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

        public void Withdraw(IReadOnlyList<QueuedDelivery> deliveries) { }

        public IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(
            IDeliverySlots slots,
            CancellationToken cancellationToken
        ) => _hints.Reader.ReadAllAsync(cancellationToken);
    }
}
