using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>An application with notifications, as a user composes one.</summary>
internal sealed class TestApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private TestApplication(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public INotifier Notifier => Get<INotifier>();

    public IRecipients Directory => Get<IRecipients>();

    public ITemplateCatalog Templates => Get<ITemplateCatalog>();

    public IDeadLetterStore DeadLetters => Get<IDeadLetterStore>();

    public IExpansionStore Expansions => Get<IExpansionStore>();

    public static Task<TestApplication> StartAsync(params IDeliveryProvider[] providers) => StartAsync(_ => { }, providers);

    public static async Task<TestApplication> StartAsync(
        Action<INotificationsBuilder> configure,
        params IDeliveryProvider[] providers
    )
    {
        var host = Compose(configure, providers);
        await host.StartAsync();
        return new TestApplication(host);
    }

    public static Task<TestApplication> StartAsync(ManualTime time, params IDeliveryProvider[] providers) =>
        StartAsync(time, _ => { }, providers);

    public static Task<TestApplication> StartAsync(
        ManualTime time,
        Action<INotificationsBuilder> configure,
        params IDeliveryProvider[] providers
    ) =>
        StartAsync(
            builder =>
            {
                OnManualTime(builder, time);
                configure(builder);
            },
            providers
        );

    public static IHost Compose(Action<INotificationsBuilder> configure, params IDeliveryProvider[] providers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var notifications = builder.Services.AddNotifications(options =>
        {
            options.PollInterval = TimeSpan.FromMilliseconds(20);
            // No test fails because the machine was too busy to render in time.
            options.Templates.MaxRenderTime = TimeSpan.FromMinutes(1);
        });
        foreach (var provider in providers)
            builder.Services.AddSingleton(provider);
        configure(notifications);
        if (builder.Services.All(service => service.ServiceType != typeof(IDeliveryQueue)))
            notifications.UseInMemory();
        return builder.Build();
    }

    public static void OnManualTime(INotificationsBuilder builder, ManualTime time)
    {
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.Configure<NotificationsOptions>(options => options.PollInterval = TimeSpan.FromSeconds(1));
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public async Task<Guid> SendAsync(Trigger trigger) => (await Notifier.TriggerAsync(trigger)).Id;

    /// <summary>Triggers the same short text to these recipients.</summary>
    public Task<Guid> SendAsync(RecipientList to) => SendAsync(Say(to));

    public static Trigger Say(RecipientList to) =>
        new()
        {
            To = to,
            Content = new Content { Title = "Hello", Body = "Ada" },
        };

    public async Task<IReadOnlyList<DeliveryRecord>> DeliveriesAsync(
        Guid notificationId,
        string tenant = Trigger.DefaultTenant
    ) => await Get<INotificationStore>().ListDeliveriesAsync(tenant, notificationId, null, 1_000, CancellationToken.None);

    public async Task<DeliveryRecord> DeliveryAsync(Guid notificationId) => Assert.Single(await DeliveriesAsync(notificationId));

    public Task<IReadOnlyList<DeliveryRecord>> EndedDeliveriesAsync(Guid notificationId) =>
        Eventually.FindAsync(
            async () =>
                await DeliveriesAsync(notificationId) is var all && all.All(delivery => delivery.State != DeliveryState.Pending)
                    ? all
                    : null,
            $"every delivery of {notificationId} to end"
        );

    public async Task<DeliveryRecord> EndedDeliveryAsync(Guid notificationId) =>
        Assert.Single(await EndedDeliveriesAsync(notificationId));

    /// <summary>Waits until a delivery has made this many attempts, and nothing of them is in flight.</summary>
    public Task<DeliveryRecord> AttemptedAsync(Guid notificationId, int attempts) =>
        Eventually.FindAsync(
            async () =>
                await DeliveryAsync(notificationId) is var delivery && delivery.Attempts.Count >= attempts ? delivery : null,
            $"{attempts} attempts of {notificationId}"
        );

    /// <summary>
    /// Waits until a delivery over a channel is sent and settled. Before, time must not pass: its attempt would time out.
    /// </summary>
    public Task SentAsync(Guid notificationId, Channel channel) =>
        Eventually.TrueAsync(
            async () =>
                (await DeliveriesAsync(notificationId)).Any(one =>
                    one.Delivery.Channel == channel && one.State == DeliveryState.Sent
                ),
            $"the delivery over {channel}"
        );

    public async Task StopAsync(CancellationToken cancellationToken = default) => await _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }
}
