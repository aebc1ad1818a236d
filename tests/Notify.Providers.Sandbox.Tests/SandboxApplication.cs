using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Sandbox.Tests;

/// <summary>An application with the sandbox, composed as a developer without vendor accounts would compose it.</summary>
internal sealed class SandboxApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private SandboxApplication(IHost host) => _host = host;

    public ISandbox Sandbox => _host.Services.GetRequiredService<ISandbox>();

    public ICapturedMessages Captured => _host.Services.GetRequiredService<ICapturedMessages>();

    public static async Task<SandboxApplication> StartAsync(Action<INotificationsBuilder> configure)
    {
        var host = Compose(configure);
        await host.StartAsync();
        return new SandboxApplication(host);
    }

    public static IHost Compose(Action<INotificationsBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configure(
            builder.Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20)).UseInMemory()
        );
        foreach (var channel in (string[])["push", "sms", "email", "webhook"])
            builder.Services.Configure<RetryOptions>(channel, options => options.Delay = TimeSpan.FromMilliseconds(20));
        return builder.Build();
    }

    public Task<TriggerResult> TriggerAsync(Trigger trigger) =>
        _host.Services.GetRequiredService<INotifier>().TriggerAsync(trigger);

    public Task SaveUserAsync(User user) => _host.Services.GetRequiredService<IRecipients>().SaveUserAsync(user);

    public Task<TriggerResult> TriggerAsync(Recipient to, string body) =>
        TriggerAsync(
            new Trigger
            {
                To = to,
                Content = new Content { Body = body },
            }
        );

    /// <summary>Sends a message and waits until it has been captured and settled.</summary>
    public async Task<DeliveryRecord> SendAsync(Recipient to, string body)
    {
        var result = await TriggerAsync(to, body);
        return await DeliveryAsync(result.Id, delivery => delivery.State == DeliveryState.Sent);
    }

    public Task<DeliveryRecord> DeliveryAsync(
        Guid notificationId,
        Func<DeliveryRecord, bool> until,
        string tenant = Trigger.DefaultTenant
    ) =>
        Eventually.FindAsync(
            async () => await ReadDeliveryAsync(tenant, notificationId) is var delivery && until(delivery) ? delivery : null,
            $"the delivery of {notificationId}"
        );

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task<DeliveryRecord> ReadDeliveryAsync(string tenant, Guid notificationId) =>
        (
            await _host
                .Services.GetRequiredService<INotificationStore>()
                .ListDeliveriesAsync(tenant, notificationId, null, 1, CancellationToken.None)
        )[0];
}
