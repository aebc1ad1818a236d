using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.FakeGateways;
using Notify.FakeGateways.Fcm;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Fcm.Tests;

/// <summary>An application that sends through FCM, composed as a user would compose it.</summary>
internal sealed class FcmApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private FcmApplication(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IDeliveryProvider Provider => Services.GetRequiredService<IDeliveryProvider>();

    public static async Task<FcmApplication> StartAsync(
        FcmGateway gateway,
        Action<FcmOptions>? configure = null,
        Action<IServiceCollection>? configureServices = null
    )
    {
        var host = Compose(
            options =>
            {
                options.BaseAddress = gateway.Address;
                options.CredentialsJson = gateway.Account.Json;
                configure?.Invoke(options);
            },
            services =>
            {
                Trust(services, gateway.Server);
                configureServices?.Invoke(services);
            }
        );
        await host.StartAsync();
        return new FcmApplication(host);
    }

    public static IHost Compose(Action<FcmOptions> configure, Action<IServiceCollection>? configureServices = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder
            .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
            .UseInMemory()
            .AddFcm(configure);
        configureServices?.Invoke(builder.Services);
        return builder.Build();
    }

    public static Delivery Delivery(string address, Content? content = null) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            NotificationId = Guid.CreateVersion7(),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Push, address) { Platform = Platform.Android },
            Provider = "fcm",
            Content = content ?? new Content { Title = "title-text", Body = "content-text" },
            ContentIndex = 0,
            AcceptedAt = DateTimeOffset.UtcNow,
            DueAt = DateTimeOffset.UtcNow,
            ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
        };

    public ValueTask<Outcome> SendAsync(
        string? address = null,
        Content? content = null,
        CancellationToken cancellationToken = default
    ) => Provider.SendAsync(Delivery(address ?? FcmGateway.NewToken(), content), cancellationToken);

    /// <summary>Sends through the whole engine and waits for the first attempt of the delivery.</summary>
    public async Task<DeliveryRecord> TriggerAsync(Recipient to)
    {
        var trigger = new Trigger
        {
            To = to,
            Content = new Content { Title = "title-text", Body = "content-text" },
        };
        var result = await Services.GetRequiredService<INotifier>().TriggerAsync(trigger);
        return await Eventually.FindAsync(
            async () => await ReadDeliveryAsync(result.Id) is { Attempts.Count: > 0 } delivery ? delivery : null,
            "the first attempt"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static void Trust(IServiceCollection services, GatewayServer server)
    {
        if (server.Authority is { } authority)
        {
            services
                .AddHttpClient("Notify.fcm")
                .ConfigurePrimaryHttpMessageHandler((handler, _) => ((SocketsHttpHandler)handler).SslOptions = authority.Trust);
        }
    }

    private async Task<DeliveryRecord?> ReadDeliveryAsync(Guid notification) =>
        (
            await Services
                .GetRequiredService<INotificationStore>()
                .ListDeliveriesAsync(Trigger.DefaultTenant, notification, null, 1, CancellationToken.None)
        ).FirstOrDefault();
}
