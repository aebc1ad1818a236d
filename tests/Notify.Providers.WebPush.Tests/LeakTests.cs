using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.WebPush;
using Notify.TestSupport;

namespace Notify.Providers.WebPush.Tests;

public sealed class LeakTests
{
    private const int Sends = 10_000;
    private static readonly TimeSpan HangTimeout = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_or_task_behind()
    {
        await using var gateway = await PushServiceGateway.StartAsync(keepsMessages: false);

        var (deliveries, outcomes) = await SendAllAsync(gateway);

        Assert.Equal(
            (6 * Sends / 10, 2 * Sends / 10, Sends / 10, Sends / 10),
            (
                outcomes.Count(outcome => outcome?.Kind == OutcomeKind.Sent),
                outcomes.Count(outcome => outcome?.Kind == OutcomeKind.Retry),
                outcomes.Count(outcome => outcome?.Kind == OutcomeKind.AnswerLost),
                outcomes.Count(outcome => outcome is null)
            )
        );
        await Eventually.TrueAsync(() => gateway.Connections == 0, "every connection to close");
        await Eventually.TrueAsync(() => AreCollected(deliveries), "all deliveries to be collected");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference[] Deliveries, Outcome?[] Outcomes)> SendAllAsync(PushServiceGateway gateway)
    {
        using var host = WebPushApplication.Compose(gateway: gateway);
        var provider = host.Services.GetRequiredService<IDeliveryProvider>();
        PushFault?[] faults =
        [
            new PushFault(500) { Body = new string('x', 100_000) },
            new PushFault(429) { RetryAfter = "60", Body = """{"reason":"TooManyRequests"}""" },
            new PushFault(200) { IsReset = true },
            new PushFault(200) { Delay = TimeSpan.FromMinutes(5) },
            null,
            null,
            null,
            null,
            null,
            null,
        ];
        var subscriptions = Array.ConvertAll(faults, fault => Subscribe(gateway, fault));
        var deliveries = new WeakReference[Sends];
        var outcomes = new Outcome?[Sends];
        await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            var delivery = Delivery(subscriptions[i % 10]);
            deliveries[i] = new WeakReference(delivery);
            outcomes[i] = await SendAsync(provider, delivery, hangs: i % 10 == 3);
        });
        return (deliveries, outcomes);
    }

    /// <summary>Sends a delivery. Returns null if the attempt was cancelled.</summary>
    private static async Task<Outcome?> SendAsync(IDeliveryProvider provider, Delivery delivery, bool hangs)
    {
        using var given = new CancellationTokenSource(hangs ? HangTimeout : Timeout.InfiniteTimeSpan);
        try
        {
            var outcome = await provider.SendAsync(delivery, given.Token);
            return hangs && outcome.Reason == "no connection in time" ? null : outcome;
        }
        catch (OperationCanceledException) when (hangs)
        {
            return null;
        }
    }

    private static string Subscribe(PushServiceGateway gateway, PushFault? fault)
    {
        var subscription = gateway.Subscribe(Keys.Public);
        subscription.Fault = fault;
        return subscription.Json;
    }

    private static bool AreCollected(WeakReference[] deliveries)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Array.TrueForAll(deliveries, delivery => !delivery.IsAlive);
    }

    private static Delivery Delivery(string subscription)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(),
            NotificationId = Guid.CreateVersion7(),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Push, subscription) { Platform = Platform.Web },
            Provider = "webpush",
            Content = new Content { Title = "Shipped", Body = "Your order is on its way." },
            ContentIndex = 0,
            CollapseKey = "order-42",
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddHours(1),
        };
    }
}
