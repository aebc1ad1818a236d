using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Delivering;
using Notify.Queueing;
using Notify.Storage;
using Notify.Testing;

namespace Notify.Core.Tests;

/// <summary>An application with notifications, as a user composes one.</summary>
internal sealed class TestApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private TestApplication(IHost host) => _host = host;

    public INotifier Notifier => _host.Services.GetRequiredService<INotifier>();

    public IServiceProvider Services => _host.Services;

    public static Task<TestApplication> StartAsync(params IDeliveryProvider[] providers) => StartAsync(_ => { }, providers);

    public static async Task<TestApplication> StartAsync(Action<INotificationsBuilder> configure, params IDeliveryProvider[] providers)
    {
        var host = Compose(configure, providers);
        await host.StartAsync();
        return new TestApplication(host);
    }

    public static IHost Compose(Action<INotificationsBuilder> configure, params IDeliveryProvider[] providers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var notifications = builder.Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20));
        foreach (var provider in providers)
            builder.Services.AddSingleton(provider);
        configure(notifications);
        if (builder.Services.All(service => service.ServiceType != typeof(IDeliveryQueue)))
            notifications.UseInMemory();
        return builder.Build();
    }

    public async Task<IReadOnlyList<DeliveryRecord>> DeliveriesAsync(Guid notificationId) =>
        await Services.GetRequiredService<INotificationStore>()
            .ListDeliveriesAsync(Trigger.DefaultTenant, notificationId, null, 1_000, CancellationToken.None);

    public Task<IReadOnlyList<DeliveryRecord>> EndedDeliveriesAsync(Guid notificationId) =>
        Eventually.FindAsync(
            async () => await DeliveriesAsync(notificationId) is var all && all.All(delivery => delivery.State != DeliveryState.Pending) ? all : null,
            $"every delivery of {notificationId} to end");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }
}
