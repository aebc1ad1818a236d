using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>The base class of the test suites for stores. It opens an empty store for each test.</summary>
public abstract class StoreSuite : IAsyncLifetime
{
    private protected const string Tenant = "tenant-1";
    private protected const string OtherTenant = "tenant-2";
    private protected const string Provider = "mail-1";
    private protected const string OtherProvider = "mail-2";
    private protected const string Worker = "worker-1";
    private protected const string OtherWorker = "worker-2";

    private ConformanceStore? _store;

    /// <summary>
    /// Gets the time at which a test starts, in whole milliseconds, which every store represents exactly. It is close to the real
    /// time, because the servers of some stores delete expired data by their own clocks. No test waits for time to pass.
    /// </summary>
    protected DateTimeOffset Now { get; } =
        DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Gets the store of the current test.</summary>
    protected ConformanceStore Store =>
        _store ?? throw new InvalidOperationException("The store is available only while a test is running.");

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected DateTimeOffset LeaseEnd => Now.AddMinutes(2);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
            await _store.DisposeAsync();
    }

    /// <summary>
    /// Opens, with <see cref="ConformanceStore.OpenAsync"/>, an empty store that shares no data with other stores.
    /// </summary>
    protected abstract ValueTask<ConformanceStore> OpenAsync();

    private protected Sample CreateSample(string tenant = Tenant) => new(tenant, Now);

    private protected async Task<Delivery> EnqueueAsync(Func<Delivery, Delivery>? change = null, string tenant = Tenant)
    {
        var sample = CreateSample(tenant);
        var delivery = change is null ? sample.Delivery() : change(sample.Delivery());
        await EnqueueAsync(sample, delivery);
        return delivery;
    }

    private protected async Task<EnqueueResult> EnqueueAsync(Sample sample, params Delivery[] deliveries) =>
        Assert.Single(await Store.Queue.EnqueueAsync([sample.Request(deliveries)], Cancellation));

    private protected Task<IReadOnlyList<Lease>> LeaseAsync(
        DateTimeOffset at,
        int max = 1_000,
        string owner = Worker,
        string provider = Provider
    ) => LeaseAsync(at, owner, new LeaseSlots(Priority.Normal, provider, max));

    private protected async Task<IReadOnlyList<Lease>> LeaseAsync(DateTimeOffset at, string owner, params LeaseSlots[] slots) =>
        await Store.Queue.LeaseAsync(
            new LeaseRequest
            {
                Owner = owner,
                Now = at,
                Until = at + (LeaseEnd - Now),
                Slots = slots,
            },
            Cancellation
        );

    private protected async Task<Lease> LeaseOneAsync(
        DateTimeOffset? at = null,
        string owner = Worker,
        string provider = Provider
    ) => Assert.Single(await LeaseAsync(at ?? Now, owner: owner, provider: provider));

    private protected async Task<bool> SettleAsync(Settlement settlement) =>
        Assert.Single(await Store.Queue.SettleAsync([settlement], Cancellation));

    private protected async Task<DeliveryRecord> FindAsync(Delivery delivery) =>
        (await ListDeliveriesAsync(delivery.NotificationId, delivery.Tenant)).Single(record => record.Delivery.Id == delivery.Id);

    private protected async Task<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        Guid notificationId,
        string tenant = Tenant
    ) => await Store.Notifications.ListDeliveriesAsync(tenant, notificationId, null, 1_000, Cancellation);

    private protected static Settlement Sent(Lease lease, DateTimeOffset at) =>
        CreateSettlement(lease, DeliveryState.Sent, OutcomeKind.Sent, null, at);

    private protected static Settlement DeadLetter(Lease lease, DateTimeOffset at, string reason = "mailbox is full") =>
        CreateSettlement(lease, DeliveryState.DeadLetter, OutcomeKind.Rejected, reason, at);

    private protected static Settlement Retry(Lease lease, DateTimeOffset at, TimeSpan delay, string reason = "vendor is busy") =>
        CreateSettlement(lease, DeliveryState.Pending, OutcomeKind.Retry, reason, at) with
        {
            DueAt = at + delay,
            RetryDelay = delay,
        };

    private static Settlement CreateSettlement(
        Lease lease,
        DeliveryState state,
        OutcomeKind outcome,
        string? reason,
        DateTimeOffset at
    ) =>
        new()
        {
            DeliveryId = lease.Delivery.Id,
            Fence = lease.Fence,
            State = state,
            Provider = lease.Delivery.Provider,
            AttemptsSpent = lease.Delivery.AttemptsSpent + 1,
            Reason = reason,
            Attempt = new Attempt
            {
                Provider = lease.Delivery.Provider,
                StartedAt = at,
                Duration = TimeSpan.FromMilliseconds(12),
                Outcome = outcome,
                Reason = reason,
                ProviderMessageId = reason is null ? $"vendor-{lease.Fence}" : null,
            },
            SettledAt = at,
        };
}
