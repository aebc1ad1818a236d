using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// A store under test. It is composed as in an application, but without the workers, which would take its deliveries.
/// </summary>
public sealed class ConformanceStore : IAsyncDisposable
{
    private readonly Action<INotificationsBuilder> _use;
    private readonly Func<ValueTask>? _delete;
    private IHost _host;

    private ConformanceStore(Action<INotificationsBuilder> use, Func<ValueTask>? delete, IHost host) =>
        (_use, _delete, _host) = (use, delete, host);

    /// <summary>Gets the services that the store registered.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Gets the queue.</summary>
    public IDeliveryQueue Queue => Get<IDeliveryQueue>();

    /// <summary>Gets the store of notifications.</summary>
    public INotificationStore Notifications => Get<INotificationStore>();

    /// <summary>Gets the store of expansions.</summary>
    public IExpansionStore Expansions => Get<IExpansionStore>();

    /// <summary>Gets the store of digests.</summary>
    public IDigestStore Digests => Get<IDigestStore>();

    /// <summary>Gets the store of throttles.</summary>
    public IThrottleStore Throttles => Get<IThrottleStore>();

    /// <summary>Gets the store of receipts.</summary>
    public IReceiptStore Receipts => Get<IReceiptStore>();

    /// <summary>Gets the store of dead letters.</summary>
    public IDeadLetterStore DeadLetters => Get<IDeadLetterStore>();

    /// <summary>Gets the store of users.</summary>
    public IUserStore Users => Get<IUserStore>();

    /// <summary>Gets the store of devices.</summary>
    public IDeviceStore Devices => Get<IDeviceStore>();

    /// <summary>Gets the store that checks the recipients of waiting deliveries.</summary>
    public IRecipientCheckStore RecipientChecks => Get<IRecipientCheckStore>();

    /// <summary>Gets the store of topics.</summary>
    public ITopicStore Topics => Get<ITopicStore>();

    /// <summary>Gets the store that lists what belongs to users.</summary>
    public IRecipientListStore RecipientLists => Get<IRecipientListStore>();

    /// <summary>Gets the store of templates.</summary>
    public ITemplateStore Templates => Get<ITemplateStore>();

    /// <summary>Gets the store of delivery counts.</summary>
    public IAnalyticsStore Analytics => Get<IAnalyticsStore>();

    /// <summary>Gets the store of tokens that nodes share.</summary>
    public ISharedTokenStore SharedTokens => Get<ISharedTokenStore>();

    /// <summary>Gets the store that deletes expired data.</summary>
    public IRetentionStore Retention => Get<IRetentionStore>();

    /// <summary>Gets the store that erases the data of removed users.</summary>
    public IErasureStore Erasures => Get<IErasureStore>();

    /// <summary>Gets the store of documents.</summary>
    public IDocumentStore Documents => Get<IDocumentStore>();

    /// <summary>Gets the store of inboxes.</summary>
    public IInboxStore Inboxes => Get<IInboxStore>();

    /// <summary>Opens a store.</summary>
    /// <param name="use">
    /// Registers the store as an application would: <c>notifications => notifications.UseSqlite(...)</c>.
    /// </param>
    /// <param name="delete">Deletes the store's data at the end of the test, or null if there is nothing to delete.</param>
    public static async ValueTask<ConformanceStore> OpenAsync(Action<INotificationsBuilder> use, Func<ValueTask>? delete = null)
    {
        ArgumentNullException.ThrowIfNull(use);
        return new ConformanceStore(use, delete, await StartAsync(use));
    }

    /// <summary>Closes the store and opens it again on the same data, as a new process would.</summary>
    public async ValueTask ReopenAsync()
    {
        await StopAsync();
        _host = await StartAsync(_use);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_delete is not null)
            await _delete();
    }

    private static async Task<IHost> StartAsync(Action<INotificationsBuilder> use)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System);
        use(new StoreBuilder(builder.Services));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task StopAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    private sealed class StoreBuilder(IServiceCollection services) : INotificationsBuilder
    {
        public IServiceCollection Services { get; } = services;
    }
}
