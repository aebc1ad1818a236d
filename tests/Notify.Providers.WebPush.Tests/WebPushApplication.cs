using System.Net.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.FakeGateways.WebPush;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.WebPush.Tests;

/// <summary>
/// An application that sends to browsers, composed as a user would compose it, with a clock that stands still.
/// </summary>
internal sealed class WebPushApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private WebPushApplication(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IDeliveryProvider Provider => _host.Services.GetRequiredService<IDeliveryProvider>();

    /// <summary>Starts an application.</summary>
    /// <param name="gateway">The push service whose certificate is trusted, or null.</param>
    /// <param name="configure">Changes the options, which are valid and allow private networks.</param>
    /// <param name="configureServices">Adds services.</param>
    public static async Task<WebPushApplication> StartAsync(
        PushServiceGateway? gateway,
        Action<WebPushOptions>? configure = null,
        Action<IServiceCollection>? configureServices = null
    )
    {
        var host = Compose(
            configure,
            services =>
            {
                services.AddSingleton<TimeProvider>(new TestClock());
                configureServices?.Invoke(services);
            },
            gateway
        );
        await host.StartAsync();
        return new WebPushApplication(host);
    }

    public static IHost Compose(
        Action<WebPushOptions>? configure = null,
        Action<IServiceCollection>? configureServices = null,
        PushServiceGateway? gateway = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configureServices?.Invoke(builder.Services);
        var notifications = builder.Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20));
        notifications
            .UseInMemory()
            .AddWebPush(options =>
            {
                options.Subject = "mailto:ops@example.org";
                options.PublicKey = Keys.Public;
                options.PrivateKey = Keys.Private;
                options.AllowPrivateNetworks = true;
                configure?.Invoke(options);
            });
        if (gateway is not null)
        {
            builder
                .Services.AddHttpClient("Notify.webpush")
                .ConfigurePrimaryHttpMessageHandler(
                    (handler, _) => ((SocketsHttpHandler)handler).SslOptions = gateway.Authority.Trust
                );
        }

        return builder.Build();
    }

    /// <summary>Sends to a subscription and waits until the first attempt has ended.</summary>
    public Task<DeliveryRecord> SendAsync(string subscription, Content? content = null) =>
        SendAsync(
            new Trigger
            {
                To = Recipient.PushToken(subscription, Platform.Web),
                Content = content ?? new Content { Title = "Shipped", Body = "content-text" },
            }
        );

    public async Task<DeliveryRecord> SendAsync(Trigger trigger)
    {
        var result = await _host.Services.GetRequiredService<INotifier>().TriggerAsync(trigger);
        return await Eventually.FindAsync(
            async () => (await DeliveriesAsync(result.Id)).FirstOrDefault(delivery => delivery.Attempts.Count > 0),
            $"an attempt for {result.Id}"
        );
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> DeliveriesAsync(Guid notificationId) =>
        _host
            .Services.GetRequiredService<INotificationStore>()
            .ListDeliveriesAsync(Trigger.DefaultTenant, notificationId, null, 10, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
