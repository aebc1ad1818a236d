using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

/// <summary>An application that sends webhooks, as a user composes one.</summary>
internal sealed class WebhookApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private WebhookApplication(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    /// <summary>The master secret.</summary>
    public static string Secret { get; } = StandardWebhooks.NewSecret();

    public IEndpointSecrets Secrets => Services.GetRequiredService<IEndpointSecrets>();

    /// <summary>Starts it with a clock that stands still: what is to be retried stays where it is.</summary>
    public static Task<WebhookApplication> StartFrozenAsync(
        Action<WebhookOptions>? configure = null,
        Action<IServiceCollection>? configureServices = null
    ) => StartAsync(configure, services =>
        {
            services.AddSingleton<TimeProvider>(new TestClock());
            configureServices?.Invoke(services);
        });

    public static async Task<WebhookApplication> StartAsync(
        Action<WebhookOptions>? configure = null,
        Action<IServiceCollection>? configureServices = null,
        Action<IServiceCollection>? replaceServices = null
    )
    {
        var host = Compose(
            options =>
            {
                options.Secret = Secret;
                options.AllowPrivateNetworks = true;
                configure?.Invoke(options);
            },
            configureServices,
            replaceServices
        );
        await host.StartAsync();
        return new WebhookApplication(host);
    }

    public static IHost Compose(
        Action<WebhookOptions> configure,
        Action<IServiceCollection>? configureServices = null,
        Action<IServiceCollection>? replaceServices = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configureServices?.Invoke(builder.Services);
        builder
            .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
            .UseInMemory()
            .AddWebhook(configure);
        replaceServices?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Sends, and waits for the first attempt's end.</summary>
    public async Task<DeliveryRecord> SendAsync(string url, Content? content = null, string tenant = Trigger.DefaultTenant) =>
        await AttemptedAsync(await TriggerAsync(Recipient.Webhook(url), content, tenant), attempts: 1, tenant);

    public async Task<Guid> TriggerAsync(Recipient recipient, Content? content = null, string tenant = Trigger.DefaultTenant)
    {
        var result = await _host
            .Services.GetRequiredService<INotifier>()
            .TriggerAsync(
                new Trigger
                {
                    To = recipient,
                    Content = content ?? new Content { Body = "content-text" },
                    Tenant = tenant,
                }
            );
        return result.Id;
    }

    /// <summary>Gets the secret that an endpoint's receiver would be given.</summary>
    public async Task<string> GetSecretAsync(string url, string tenant = Trigger.DefaultTenant) =>
        (await Secrets.GetAsync(tenant, url)).Value;

    public Task<DeliveryRecord> AttemptedAsync(Guid notificationId, int attempts, string tenant = Trigger.DefaultTenant) =>
        Eventually.FindAsync(
            async () =>
                (await DeliveriesAsync(notificationId, tenant))[0] is var delivery && delivery.Attempts.Count >= attempts
                    ? delivery
                    : null,
            $"{attempts} attempts for {notificationId}"
        );

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> DeliveriesAsync(Guid notificationId, string tenant = Trigger.DefaultTenant) =>
        _host
            .Services.GetRequiredService<INotificationStore>()
            .ListDeliveriesAsync(tenant, notificationId, null, 10, CancellationToken.None);
}
