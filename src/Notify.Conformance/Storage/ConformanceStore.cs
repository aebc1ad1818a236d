using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Analytics;
using Notify.Planning;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Settling;
using Notify.Storage;

namespace Notify.Conformance;

/// <summary>
/// A store under test: composed as an application composes it, but without the workers that would take its deliveries away.
/// </summary>
public sealed class ConformanceStore : IAsyncDisposable
{
    private readonly Action<INotificationsBuilder> _use;
    private readonly Func<ValueTask>? _delete;
    private IHost _host;

    private ConformanceStore(Action<INotificationsBuilder> use, Func<ValueTask>? delete, IHost host) =>
        (_use, _delete, _host) = (use, delete, host);

    /// <summary>Everything that the store registered.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The queue.</summary>
    public IDeliveryQueue Queue => Get<IDeliveryQueue>();

    /// <summary>What was accepted, and what became of it.</summary>
    public INotificationStore Notifications => Get<INotificationStore>();

    /// <summary>Topics on their way to become deliveries.</summary>
    public IExpansionStore Expansions => Get<IExpansionStore>();

    /// <summary>What is collected for one summary.</summary>
    public IDigestStore Digests => Get<IDigestStore>();

    /// <summary>How often recipients were notified.</summary>
    public IThrottleStore Throttles => Get<IThrottleStore>();

    /// <summary>What vendors say later.</summary>
    public IReceiptStore Receipts => Get<IReceiptStore>();

    /// <summary>What ended without acceptance.</summary>
    public IDeadLetterStore DeadLetters => Get<IDeadLetterStore>();

    /// <summary>Users.</summary>
    public IUserStore Users => Get<IUserStore>();

    /// <summary>Devices.</summary>
    public IDeviceStore Devices => Get<IDeviceStore>();

    /// <summary>Gets the checks of deliveries that waited.</summary>
    public IRecipientCheckStore RecipientChecks => Get<IRecipientCheckStore>();

    /// <summary>Topics.</summary>
    public ITopicStore Topics => Get<ITopicStore>();

    /// <summary>Templates.</summary>
    public ITemplateStore Templates => Get<ITemplateStore>();

    /// <summary>Counts.</summary>
    public IAnalyticsStore Analytics => Get<IAnalyticsStore>();

    /// <summary>Tokens that nodes share.</summary>
    public ISharedTokenStore SharedTokens => Get<ISharedTokenStore>();

    /// <summary>What forgets.</summary>
    public IRetentionStore Retention => Get<IRetentionStore>();

    /// <summary>Gets the store that erases the data of removed users.</summary>
    public IErasureStore Erasures => Get<IErasureStore>();

    /// <summary>Composes and starts a store.</summary>
    /// <param name="use">
    /// Attaches the store, as an application would: <c>notifications => notifications.UseSqlite(...)</c>.
    /// </param>
    /// <param name="delete">Removes the store's data when the test is over; null where nothing is left.</param>
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
