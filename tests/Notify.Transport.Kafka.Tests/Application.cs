using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Core.Tests;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

/// <summary>One of several applications on one store and one Kafka cluster, as processes are.</summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly IHost _host;

    private Application(IHost host) => _host = host;

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public INotifier Notifier => _host.Services.GetRequiredService<INotifier>();

    public IRecipients Directory => _host.Services.GetRequiredService<IRecipients>();

    /// <summary>Starts a process that only triggers.</summary>
    public static Task<Application> StartTriggeringAsync(
        SharedMemory store,
        string bootstrapServers,
        Action<KafkaTransportOptions> configure
    ) => StartAsync(store.AddTo, bootstrapServers, new Mail(), configure, options => options.Workers = Workers.None);

    /// <summary>Starts a process that sends.</summary>
    public static Task<Application> StartSendingAsync(
        SharedMemory store,
        string bootstrapServers,
        Mail mail,
        Action<KafkaTransportOptions> configure,
        int concurrency = 256,
        Action<IServiceCollection>? change = null
    ) =>
        StartAsync(
            builder =>
            {
                store.AddTo(builder);
                change?.Invoke(builder.Services);
            },
            bootstrapServers,
            mail,
            configure,
            options => options.MaxConcurrencyPerProvider = concurrency
        );

    public async Task<Guid[]> TriggerAsync(int count, Priority priority = Priority.Normal, Recipient? to = null)
    {
        var accepted = await Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(i =>
                    Notifier.TriggerAsync(
                        new Trigger
                        {
                            To = to ?? Recipient.Email($"ada+{i}@example.org"),
                            Priority = priority,
                            Content = new Content { Title = "Hello", Body = "Secret" },
                        }
                    )
                )
        );
        return [.. accepted.Select(result => result.Id)];
    }

    /// <summary>Waits until every delivery of these notifications is accepted.</summary>
    public Task AcceptedAsync(IEnumerable<Guid> notifications) =>
        _host.Services.GetRequiredService<INotificationStore>().AcceptedAsync(notifications);

    /// <summary>Reports that the recipient opened each message of a notification.</summary>
    public async Task OpenAsync(Guid notification)
    {
        var deliveries = await _host
            .Services.GetRequiredService<INotificationStore>()
            .ListDeliveriesAsync(Trigger.DefaultTenant, notification, null, 100, default);
        Receipt[] opened =
        [
            .. deliveries.Select(delivery => new Receipt(delivery.Delivery.Id, ReceiptKind.Opened, DateTimeOffset.UnixEpoch)),
        ];
        await _host.Services.GetRequiredService<IReceipts>().AddAsync(Trigger.DefaultTenant, opened);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>Starts a process on any store.</summary>
    public static async Task<Application> StartAsync(
        Action<INotificationsBuilder> addStore,
        string bootstrapServers,
        Mail mail,
        Action<KafkaTransportOptions> configure,
        Action<NotificationsOptions> change
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IDeliveryProvider>(mail);
        var notifications = builder.Services.AddNotifications(options =>
        {
            options.PollInterval = TimeSpan.FromMilliseconds(50);
            change(options);
        });
        addStore(notifications);
        notifications.UseKafka(options =>
        {
            options.BootstrapServers = bootstrapServers;
            options.CreateTopics = false;
            // librdkafka's brokers let a group wait for nearly this long whenever a member comes or goes.
            options.SessionTimeout = TimeSpan.FromSeconds(3);
            configure(options);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new Application(host);
    }
}

/// <summary>A store in memory that several applications of this process share, as processes share a database.</summary>
internal sealed class SharedMemory : IDisposable
{
    private readonly ServiceProvider _services;

    public SharedMemory()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddNotifications().UseInMemory();
        _services = services.BuildServiceProvider();
    }

    public void AddTo(INotificationsBuilder builder) =>
        builder.ShareStoreWith(_services).Services.AddSingleton<SharedStoreMarker>();

    /// <summary>Waits until every delivery of these notifications is accepted.</summary>
    public Task AcceptedAsync(IEnumerable<Guid> notifications) =>
        _services.GetRequiredService<INotificationStore>().AcceptedAsync(notifications);

    public void Dispose() => _services.Dispose();
}

internal static class Acceptance
{
    public static async Task AcceptedAsync(this INotificationStore store, IEnumerable<Guid> notifications)
    {
        foreach (var id in notifications)
        {
            await Eventually.TrueAsync(
                async () =>
                    (await store.CountDeliveriesAsync(Trigger.DefaultTenant, id, default)).ContainsKey(DeliveryState.Sent),
                $"the delivery of {id} to be accepted"
            );
        }
    }
}
