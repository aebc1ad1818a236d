using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.FakeGateways.Apns;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Apns.Tests;

/// <summary>An application that sends to Apple devices, composed as a user would compose it.</summary>
internal sealed class ApnsApplication : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly FakeLoggerProvider _logs;

    private ApnsApplication(IHost host, FakeLoggerProvider logs) => (_host, _logs) = (host, logs);

    public IServiceProvider Services => _host.Services;

    public IEnumerable<string> Logs => _logs.ReadLines();

    public IDeliveryProvider Provider => _host.Services.GetRequiredService<IDeliveryProvider>();

    /// <summary>Composes an application without starting its workers, for tests that call the provider directly.</summary>
    public static ApnsApplication Compose(
        ApnsGateway? gateway,
        Action<ApnsOptions>? configure = null,
        Action<IServiceCollection>? configureServices = null
    )
    {
        var logs = new FakeLoggerProvider();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        builder.Services.Configure<RetryOptions>("push", retry => retry.Delay = TimeSpan.FromMilliseconds(20));
        // Keeps the circuit closed, so that failed attempts are retried at once.
        builder.Services.Configure<ProviderOptions>("apns", provider => provider.CircuitBreaker.MinimumThroughput = 10_000);
        builder
            .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
            .UseInMemory()
            .AddApns(options =>
            {
                options.BundleId = ApnsGateway.BundleId;
                if (gateway is not null)
                    Address(options, gateway);
                configure?.Invoke(options);
            });
        if (gateway is not null)
            Trust(builder.Services, gateway);
        configureServices?.Invoke(builder.Services);
        return new ApnsApplication(builder.Build(), logs);
    }

    public static async Task<ApnsApplication> StartAsync(
        ApnsGateway? gateway,
        Action<ApnsOptions>? configure = null,
        Action<IServiceCollection>? configureServices = null
    )
    {
        var application = Compose(gateway, configure, configureServices);
        await application._host.StartAsync();
        return application;
    }

    public static Delivery Delivery(string deviceToken, Content? content = null, string? app = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Push, deviceToken) { Platform = Platform.Ios, App = app },
            Provider = "apns",
            Content = content ?? new Content { Title = "title-text", Body = "body-text" },
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddHours(1),
        };
    }

    /// <summary>Creates a different well-formed device token for each number.</summary>
    public static string Device(int number = 1) => $"{number:x64}";

    public ValueTask<Outcome> SendAsync(Delivery delivery) => Provider.SendAsync(delivery, TestContext.Current.CancellationToken);

    public async Task<Guid> TriggerAsync(string deviceToken) =>
        (
            await _host
                .Services.GetRequiredService<INotifier>()
                .TriggerAsync(
                    new Trigger
                    {
                        To = Recipient.PushToken(deviceToken, Platform.Ios),
                        Content = new Content { Title = "title-text", Body = "body-text" },
                    }
                )
        ).Id;

    public Task<DeliveryRecord> WaitForEndAsync(Guid notification) =>
        Eventually.FindAsync(
            async () => await ReadAsync(notification) is { State: not DeliveryState.Pending } ended ? ended : null,
            "the delivery to end"
        );

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private static void Address(ApnsOptions options, ApnsGateway gateway) =>
        (options.KeyId, options.TeamId, options.Key, options.BaseAddress) = (
            ApnsGateway.KeyId,
            ApnsGateway.TeamId,
            gateway.KeyPem,
            gateway.Address
        );

    private static void Trust(IServiceCollection services, ApnsGateway gateway) =>
        services
            .AddHttpClient("Notify.apns")
            .ConfigurePrimaryHttpMessageHandler(
                (handler, _) =>
                    ((SocketsHttpHandler)handler).SslOptions.CertificateChainPolicy = gateway
                        .Authority
                        .Trust
                        .CertificateChainPolicy
            );

    private async Task<DeliveryRecord?> ReadAsync(Guid notification) =>
        (
            await _host
                .Services.GetRequiredService<INotificationStore>()
                .ListDeliveriesAsync(Trigger.DefaultTenant, notification, null, 1, CancellationToken.None)
        ).SingleOrDefault();
}
