using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

public sealed class LeakTests
{
    private const int Sends = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_and_no_task_behind()
    {
        await using var server = await GatewayServer.StartAsync(AnswerAsync, tls: false);

        var (deliveries, outcomes) = await SendAllAsync(server.Address);

        Assert.Equal(
            (6 * Sends / 10, 2 * Sends / 10, Sends / 10, Sends / 10),
            (
                outcomes.Count(outcome => outcome?.Kind == OutcomeKind.Sent),
                outcomes.Count(outcome => outcome?.Kind == OutcomeKind.Retry),
                outcomes.Count(outcome => outcome?.Kind == OutcomeKind.AnswerLost),
                outcomes.Count(outcome => outcome is null)
            )
        );
        await Eventually.TrueAsync(() => server.Connections == 0, "every connection to be closed");
        await Eventually.TrueAsync(() => AreCollected(deliveries), "nothing to hold on to a delivery");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference[] Deliveries, Outcome?[] Outcomes)> SendAllAsync(Uri server)
    {
        using var host = WebhookApplication.Compose(options =>
        {
            options.Secret = WebhookApplication.Secret;
            options.AllowPrivateNetworks = true;
        });
        var provider = host.Services.GetRequiredService<IDeliveryProvider>();
        var deliveries = new WeakReference[Sends];
        var outcomes = new Outcome?[Sends];
        await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            var delivery = Delivery($"{server}{i}");
            deliveries[i] = new WeakReference(delivery);
            outcomes[i] = await SendAsync(provider, delivery, hangs: i % 10 == 3);
        });
        return (deliveries, outcomes);
    }

    /// <summary>Null when it was given up.</summary>
    private static async Task<Outcome?> SendAsync(IDeliveryProvider provider, Delivery delivery, bool hangs)
    {
        using var given = new CancellationTokenSource(hangs ? Patience : Timeout.InfiniteTimeSpan);
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

    private static async Task AnswerAsync(HttpContext context)
    {
        switch (int.Parse(context.Request.Path.Value![1..], CultureInfo.InvariantCulture) % 10)
        {
            case 0:
                context.Response.StatusCode = 500;
                await context.Response.WriteAsync(new string('x', 100_000));
                break;
            case 1:
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "60";
                break;
            case 2:
                context.Abort();
                break;
            case 3:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
        }
    }

    private static bool AreCollected(WeakReference[] deliveries)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Array.TrueForAll(deliveries, delivery => !delivery.IsAlive);
    }

    private static Delivery Delivery(string url)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(),
            NotificationId = Guid.CreateVersion7(),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Webhook, url),
            Provider = "webhook",
            Content = new Content { Title = "Shipped", Body = "Your order is on its way." },
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddHours(1),
        };
    }
}
