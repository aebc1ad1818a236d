using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.FakeGateways.Twilio;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Twilio.Tests;

/// <summary>
/// An application that sends SMS and receives callbacks on a free port, composed as a user would compose it.
/// </summary>
internal sealed class TwilioApplication : IAsyncDisposable
{
    public const string CallbackUrl = "https://notify.example.org/notify/v1/callbacks/twilio";

    private readonly WebApplication _application;

    private TwilioApplication(WebApplication application) => _application = application;

    public IServiceProvider Services => _application.Services;

    public Uri Address => new(_application.Urls.Single());

    /// <summary>Gets the reader of callbacks that the HTTP API uses.</summary>
    public IReceiptCallback Callback => Services.GetServices<IReceiptCallback>().Single();

    public IDeliveryProvider Provider => Services.GetRequiredService<IDeliveryProvider>();

    public static async Task<TwilioApplication> StartAsync(
        TwilioGateway gateway,
        Action<TwilioOptions>? configure = null,
        Action<IServiceCollection>? services = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .Services.AddNotifications(options =>
                (options.PollInterval, options.Templates.MaxRenderTime) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1))
            )
            .UseInMemory()
            .AddTwilio(options =>
            {
                Fill(options, gateway);
                configure?.Invoke(options);
            });
        services?.Invoke(builder.Services);
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.MapNotifications("/notify");
        await application.StartAsync();
        return new TwilioApplication(application);
    }

    /// <summary>Sets the options to the gateway's account.</summary>
    public static void Fill(TwilioOptions options, TwilioGateway gateway)
    {
        options.AccountSid = gateway.Account.Sid;
        options.AuthToken = gateway.Account.AuthToken;
        options.From = gateway.Account.Number;
        options.BaseAddress = gateway.Address;
    }

    /// <summary>Makes one attempt directly, without the engine.</summary>
    public ValueTask<Outcome> AttemptAsync(
        string body = "text",
        TimeSpan? expiresIn = null,
        CancellationToken cancelled = default
    ) => Provider.SendAsync(Delivery(body, expiresIn), cancelled);

    /// <summary>Sends a notification and waits until its delivery has been attempted and settled.</summary>
    public Task<DeliveryRecord> SendAsync(Recipient to, string body = "text", string tenant = Trigger.DefaultTenant) =>
        TriggerAsync(to, new Content { Body = body }, tenant, delivery => delivery.Attempts.Count > 0, "the attempt");

    /// <summary>Sends a content and waits until its delivery has been attempted and settled.</summary>
    public Task<DeliveryRecord> SendAsync(Recipient to, Content content, string tenant = Trigger.DefaultTenant) =>
        TriggerAsync(to, content, tenant, delivery => delivery.Attempts.Count > 0, "the attempt");

    /// <summary>Accepts a notification and finds its delivery, which may be cancelled at once.</summary>
    public Task<DeliveryRecord> PlanAsync(Recipient to) =>
        TriggerAsync(to, new Content { Body = "text" }, Trigger.DefaultTenant, _ => true, "the delivery");

    private async Task<DeliveryRecord> TriggerAsync(
        Recipient to,
        Content content,
        string tenant,
        Func<DeliveryRecord, bool> condition,
        string what
    )
    {
        var trigger = new Trigger
        {
            Tenant = tenant,
            To = to,
            Content = content,
        };
        var result = await Services.GetRequiredService<INotifier>().TriggerAsync(trigger);
        return await FindAsync(tenant, result.Id, condition, what);
    }

    /// <summary>Waits until a delivery satisfies a condition.</summary>
    public Task<DeliveryRecord> FindAsync(DeliveryRecord sent, Func<DeliveryRecord, bool> condition, string what) =>
        FindAsync(sent.Delivery.Tenant, sent.Delivery.NotificationId, condition, what);

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private Task<DeliveryRecord> FindAsync(
        string tenant,
        Guid notificationId,
        Func<DeliveryRecord, bool> condition,
        string what
    ) =>
        Eventually.FindAsync(
            async () =>
                (
                    await Services
                        .GetRequiredService<INotificationStore>()
                        .ListDeliveriesAsync(tenant, notificationId, null, 1, CancellationToken.None)
                ).SingleOrDefault(condition),
            what
        );

    private static Delivery Delivery(string body, TimeSpan? expiresIn)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = "acme & co",
            Priority = Priority.Normal,
            To = new Address(Channel.Sms, "+46701234567"),
            Provider = "twilio",
            Content = new Content { Body = body },
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now + (expiresIn ?? TimeSpan.FromDays(1)),
        };
    }
}
