using System.Text.Json;
using Notify.Engines;
using Notify.Providers;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>
/// A batch leaves out the columns in which all of its rows have the usual value. There are more sets of such columns here than
/// the store keeps statements for.
/// </summary>
public sealed class BatchTests(PostgreSqlServer server) : TestDatabase(server)
{
    private static readonly Func<Delivery, Delivery>[] Changes =
    [
        delivery => delivery with { UserId = "ada", DeviceId = $"device-{delivery.Id}" },
        delivery => delivery with { Topic = "news" },
        delivery => delivery with { To = delivery.To with { Platform = Platform.Ios, App = "shop" } },
        delivery => delivery with { Fallback = new FallbackPlace(delivery.Id, 0) },
        delivery =>
            delivery with
            {
                Content = new Content { Body = "Own" },
                ContentIndex = Delivery.OwnContent,
            },
        delivery => delivery with { AttemptsSpent = 2, RetryDelay = TimeSpan.FromSeconds(7) },
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task A_delivery_is_stored_with_what_it_has_whatever_its_batch_has(int batch)
    {
        var store = await OpenStoreAsync();
        EnqueueRequest[] requests = [.. Enumerable.Range(0, 1 << Changes.Length).Select(Create)];

        foreach (var together in requests.Chunk(batch))
            await store.Queue.EnqueueAsync(together, Cancellation);

        var leases = (await LeaseAsync(store)).ToDictionary(lease => lease.Delivery.Id, lease => lease.Delivery);
        Assert.Equal(requests.Length, leases.Count);
        Assert.All(requests, request =>
        {
            var stored = request.Deliveries[0].Delivery;
            Assert.Equal(JsonSerializer.Serialize(stored), JsonSerializer.Serialize(leases[stored.Id]));
        });
    }

    [Fact]
    public async Task Deliveries_that_end_in_one_batch_each_get_what_their_settlement_says()
    {
        var store = await OpenStoreAsync();
        await store.Queue.EnqueueAsync([Request(deliveries: 4)], Cancellation);
        var leases = await LeaseAsync(store);
        Settlement[] settlements =
        [
            Ended(leases[0], DeliveryState.Sent),
            Ended(leases[1], DeliveryState.Cancelled),
            Ended(leases[2], DeliveryState.Pending) with
            {
                Reason = null,
                DueAt = Now.AddMinutes(5),
                AttemptsSpent = 3,
                RetryDelay = TimeSpan.FromMinutes(5),
            },
            Ended(leases[3], DeliveryState.Pending) with
            {
                Reason = null,
                AttemptsSpent = 0,
                DueAt = Now.AddMinutes(6),
            },
        ];

        Assert.All(await store.Queue.SettleAsync(settlements, Cancellation), Assert.True);

        Assert.Empty(await LeaseAsync(store));
        var due = await LeaseAsync(store, now: Now.AddMinutes(6));
        Assert.Equal(
            [(leases[2].Delivery.Id, 3, TimeSpan.FromMinutes(5)), (leases[3].Delivery.Id, 0, TimeSpan.Zero)],
            due.Select(lease => (lease.Delivery.Id, lease.Delivery.AttemptsSpent, lease.Delivery.RetryDelay))
        );
        var records = await store.Notifications.ListDeliveriesAsync(
            Tenant,
            leases[0].Delivery.NotificationId,
            null,
            10,
            Cancellation
        );
        Assert.Equal(
            [(DeliveryState.Sent, null), (DeliveryState.Cancelled, "mailbox is full")],
            records.Where(record => record.State != DeliveryState.Pending).Select(record => (record.State, record.Reason)).Order()
        );
    }

    private EnqueueRequest Create(int changes) =>
        Request(change: delivery =>
            Changes.Where((_, i) => (changes & (1 << i)) != 0).Aggregate(delivery, (changed, change) => change(changed))
        );
}
