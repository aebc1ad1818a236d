using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// The tests that every <see cref="IDeliveryQueue"/> must pass. Inherit this class in the store's test project and override the
/// method that opens an empty store:
/// <code>
/// public sealed class SqliteQueueConformance : DeliveryQueueConformance
/// {
///     protected override async ValueTask&lt;ConformanceStore&gt; OpenAsync()
///     {
///         var folder = Directory.CreateTempSubdirectory();
///         return await ConformanceStore.OpenAsync(
///             notifications => notifications.UseSqlite($"Data Source={folder.FullName}/notify.db"),
///             delete: () => { folder.Delete(recursive: true); return ValueTask.CompletedTask; });
///     }
/// }
/// </code>
/// The tests cannot be overridden, because the engine relies on all of them. Inherit <see cref="StoreConformance"/>,
/// <see cref="DurabilityConformance"/> and <see cref="DeliveryQueueModelConformance"/> in the same way.
/// </summary>
public abstract partial class DeliveryQueueConformance : StoreSuite
{
    [Fact]
    public async Task An_enqueued_notification_is_stored_with_all_its_deliveries()
    {
        var sample = CreateSample();
        var deliveries = sample.Deliveries(3);

        var result = await EnqueueAsync(sample, deliveries);

        Assert.Equal(new EnqueueResult(EnqueueStatus.Stored, sample.Notification.Id), result);
        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation));
        var records = await ListDeliveriesAsync(sample.Notification.Id);
        Assert.Equal(deliveries.Select(delivery => delivery.Id).Order(), records.Select(record => record.Delivery.Id));
        Assert.All(records, record =>
            Assert.Equal((DeliveryState.Pending, Now, null), (record.State, record.DueAt, record.Reason))
        );
    }

    [Fact]
    public async Task Every_field_of_a_delivery_is_stored()
    {
        var sample = CreateSample();
        var full = sample.Delivery() with
        {
            Priority = Priority.High,
            To = new Address(Channel.Push, "tökén/山") { Platform = Platform.Ios, App = "org.example.app" },
            UserId = "användare-1",
            DeviceId = "installation/1 ☀",
            Topic = "nyheter/山",
            CollapseKey = "order-42",
            Fallback = new FallbackPlace(Guid.CreateVersion7(Now), 1),
            DueAt = Now.AddMilliseconds(1),
            ExpiresAt = Now.AddHours(1),
            AttemptsSpent = 2,
            RetryDelay = TimeSpan.FromMilliseconds(1_500),
        };

        await EnqueueAsync(sample, full);

        Same.As(full, (await FindAsync(full)).Delivery);
        var lease = Assert.Single(await LeaseAsync(Now.AddMilliseconds(1), Worker, new LeaseSlots(Priority.High, Provider, 10)));
        Same.As(full, lease.Delivery);
    }

    [Fact]
    public async Task Deliveries_share_the_contents_of_their_notification()
    {
        var sample = CreateSample();
        var swedish = new Content
        {
            Title = "Hej",
            Body = "Svenska",
            Html = "<p>Svenska</p>",
        };
        var contents = sample.Notification.Contents.Append(new ContentVariant(Channel.Email, "sv", swedish)).ToArray();
        var bilingual = new Sample(Tenant, Now) { Notification = sample.Notification with { Contents = contents } };
        var first = bilingual.Delivery();
        var second = bilingual.Delivery() with { Content = swedish, ContentIndex = 1 };

        await EnqueueAsync(bilingual, first, second);

        var leases = await LeaseAsync(Now);
        Same.As(first.Content, leases.Single(lease => lease.Delivery.Id == first.Id).Delivery.Content);
        Same.As(second.Content, leases.Single(lease => lease.Delivery.Id == second.Id).Delivery.Content);
    }

    [Fact]
    public async Task Results_are_in_the_order_of_the_requests()
    {
        Sample[] samples = [.. Enumerable.Range(0, 20).Select(_ => CreateSample())];

        var results = await Store.Queue.EnqueueAsync(
            [.. samples.Select(sample => sample.Request(sample.Delivery()))],
            Cancellation
        );

        Assert.Equal(samples.Select(sample => sample.Notification.Id), results.Select(result => result.NotificationId));
    }

    [Fact]
    public async Task A_notification_without_deliveries_is_stored()
    {
        var sample = CreateSample();

        await EnqueueAsync(sample);

        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation));
        Assert.Empty(await ListDeliveriesAsync(sample.Notification.Id));
    }

    [Fact]
    public async Task A_request_that_is_cancelled_is_stored_completely_or_not_at_all()
    {
        const int each = 40;
        Sample[] samples = [.. Enumerable.Range(0, 16).Select(_ => CreateSample())];

        await Task.WhenAll(
            samples.Select(
                (sample, i) =>
                    Task.Run(async () =>
                    {
                        using var cancelled = new CancellationTokenSource();
                        var enqueuing = Store
                            .Queue.EnqueueAsync([sample.Request(sample.Deliveries(each))], cancelled.Token)
                            .AsTask();
                        if (i % 2 == 0)
                            await cancelled.CancelAsync();
                        try
                        {
                            await enqueuing;
                        }
                        catch (OperationCanceledException) { }
                    })
            )
        );

        foreach (var sample in samples)
        {
            var isThere = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation) is not null;
            Assert.Equal(isThere ? each : 0, (await ListDeliveriesAsync(sample.Notification.Id)).Count);
        }
    }

    [Fact]
    public async Task Concurrent_requests_are_all_stored()
    {
        Sample[] samples = [.. Enumerable.Range(0, 64).Select(_ => CreateSample())];

        await Task.WhenAll(samples.Select(sample => Task.Run(() => EnqueueAsync(sample, sample.Deliveries(2)))));

        Assert.Equal(128, (await LeaseAsync(Now)).Select(lease => lease.Delivery.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_delivery_that_is_enqueued_as_cancelled_is_listed_and_never_due()
    {
        var sample = CreateSample();
        var queued = new QueuedDelivery(sample.Delivery(), Now) { CancelledBecause = "throttled" };

        await Store.Queue.EnqueueAsync([sample.Request() with { Deliveries = [queued] }], Cancellation);

        var record = await FindAsync(queued.Delivery);
        Assert.Equal((DeliveryState.Cancelled, null, "throttled"), (record.State, record.DueAt, record.Reason));
        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
        Assert.DoesNotContain(await Store.Queue.GetDepthAsync(Cancellation), depth => depth.Pending > 0);
    }

    [Fact]
    public async Task The_depth_counts_pending_deliveries_per_priority_and_provider()
    {
        await EnqueueAsync();
        await EnqueueAsync(delivery => delivery with { DueAt = Now.AddHours(1) }, OtherTenant);
        await EnqueueAsync(delivery => delivery with { Priority = Priority.Bulk, Provider = OtherProvider });
        var leased = await LeaseOneAsync();

        Assert.Equal(
            [new QueueDepth(Priority.Normal, Provider, 2), new QueueDepth(Priority.Bulk, OtherProvider, 1)],
            (await Store.Queue.GetDepthAsync(Cancellation)).Where(depth => depth.Pending > 0).OrderBy(depth => depth.Priority)
        );
        string[] providers = [.. await Store.Queue.ListProvidersAsync(Cancellation)];
        Assert.Equivalent(new[] { Provider, OtherProvider }, providers, strict: true);

        Assert.True(await SettleAsync(Sent(leased, Now)));

        Assert.Contains(new QueueDepth(Priority.Normal, Provider, 1), await Store.Queue.GetDepthAsync(Cancellation));
    }

    [Fact]
    public async Task An_expansion_of_a_refused_request_is_not_started()
    {
        var first = CreateSample();
        await EnqueueAsync(new Sample(Tenant, Now) { Notification = first.Notification, Idempotency = Claim("key") });

        var second = new Sample(Tenant, Now) { Idempotency = Claim("key"), Expansions = [new NewExpansion("news", 1, Now)] };
        await EnqueueAsync(second);

        Assert.Empty(await Store.Expansions.LeaseAsync(new DueRequest(Worker, Now.AddDays(1), Now.AddDays(2)), Cancellation));
    }
}
