using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Notify.Storage;
using Notify.TestSupport;

[assembly: AssemblyFixture(typeof(TestAuthority))]

namespace Notify.Providers.Smtp.Tests;

/// <summary>An application that sends email through the server of a test.</summary>
internal sealed class Application : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly IHost _host;
    private readonly FakeLoggerProvider _logs;

    private Application(IHost host, FakeLoggerProvider logs) => (_host, _logs) = (host, logs);

    public FakeLoggerProvider Logger => _logs;

    public IEnumerable<string> Logs => _logs.ReadLines();

    public IDeliveryProvider Provider => _host.Services.GetRequiredService<IDeliveryProvider>();

    public static Task<Application> StartAsync(
        MailServer server,
        Action<MailOptions>? configure = null,
        Action<NotificationsOptions>? limits = null
    ) => StartAsync(server.Port, configure, limits);

    public static async Task<Application> StartAsync(
        int port,
        Action<MailOptions>? configure = null,
        Action<NotificationsOptions>? limits = null,
        Action<INotificationsBuilder>? add = null
    )
    {
        var logs = new FakeLoggerProvider();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        builder.Services.Configure<RetryOptions>("email", retry =>
        {
            retry.Delay = TimeSpan.FromMilliseconds(20);
            retry.MaxDelay = TimeSpan.FromMilliseconds(200);
            retry.MaxAttempts = 100;
        });
        var notifications = builder.Services.AddNotifications(limits).UseInMemory();
        MailProvider.Add(notifications, mail =>
        {
            mail.Host = "localhost";
            mail.Port = port;
            mail.Security = MailSecurity.None;
            mail.From = "shop@example.org";
            configure?.Invoke(mail);
        });
        add?.Invoke(notifications);
        var host = builder.Build();
        await host.StartAsync();
        return new Application(host, logs);
    }

    public ProviderOptions Limits => _host.Services.GetRequiredService<IOptionsMonitor<ProviderOptions>>().Get(MailProvider.Name);

    /// <summary>One attempt by the provider itself.</summary>
    public async Task<Outcome> AttemptAsync(Delivery delivery) =>
        await Provider.SendAsync(delivery, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    public Task<Guid> SendAsync(string address, string title = "Hello") =>
        SendAsync(address, new Content { Title = title, Body = "A body" });

    public async Task<Guid> SendAsync(string address, Content content)
    {
        var trigger = new Trigger { To = Recipient.Email(address), Content = content };
        return (await _host.Services.GetRequiredService<INotifier>().TriggerAsync(trigger)).Id;
    }

    public async Task<Guid> SendAsync(IEnumerable<string> addresses, Content content)
    {
        var trigger = new Trigger { To = [.. addresses.Select(Recipient.Email)], Content = content };
        return (await _host.Services.GetRequiredService<INotifier>().TriggerAsync(trigger)).Id;
    }

    /// <summary>Waits until all deliveries of a notification were sent.</summary>
    public async Task AcceptedAsync(Guid notification, int count)
    {
        var store = _host.Services.GetRequiredService<INotificationStore>();
        await Eventually.TrueAsync(
            async () =>
                (await store.ListDeliveriesAsync(Trigger.DefaultTenant, notification, null, count, default)).Count(delivery =>
                    delivery.State == DeliveryState.Sent
                ) == count,
            "all deliveries to be sent"
        );
    }

    public Task<DeliveryRecord> AcceptedAsync(Guid notification) =>
        FindAsync(notification, delivery => delivery.State == DeliveryState.Sent, "an accepted delivery");

    public Task<DeliveryRecord> DeadLetterAsync(Guid notification) =>
        FindAsync(notification, delivery => delivery.State == DeliveryState.DeadLetter, "a dead letter");

    public Task<DeliveryRecord> WaitsForRetryAsync(Guid notification) =>
        FindAsync(
            notification,
            delivery => delivery is { State: DeliveryState.Pending, Attempts.Count: > 0 },
            "an attempt that is retried"
        );

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private Task<DeliveryRecord> FindAsync(Guid notification, Func<DeliveryRecord, bool> wanted, string what)
    {
        var store = _host.Services.GetRequiredService<INotificationStore>();
        return Eventually.FindAsync(
            async () =>
                (await store.ListDeliveriesAsync(Trigger.DefaultTenant, notification, null, 1, default)).FirstOrDefault(wanted),
            what
        );
    }
}
