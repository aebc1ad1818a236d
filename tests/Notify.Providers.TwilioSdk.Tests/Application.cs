using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.Providers.Http;
using Notify.TestSupport;
using Twilio.Clients;

namespace Notify.Providers.TwilioSdk.Tests;

/// <summary>An application that sends through Twilio's library, whose calls are redirected to a test server.</summary>
internal sealed class Application : IAsyncDisposable
{
    public const string AccountSid = "AC0123456789abcdef0123456789abcdef";
    public const string Secret = "correct-horse-battery-staple";
    public const string Number = "+46701740605";

    private readonly FakeLoggerProvider _log = new();

    public Application(Uri vendor, Action<TwilioSdkOptions>? configure = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log);
        builder
            .Services.AddNotifications()
            .UseInMemory()
            .AddTwilioSdk(options =>
            {
                options.CreateClient = http => new TwilioRestClient(AccountSid, Secret, httpClient: http);
                options.From = "+15005550006";
                configure?.Invoke(options);
            });
        builder.Services.AddHttpClient("Notify.twilio-sdk").AddHttpMessageHandler(() => new Redirection(vendor));
        Host = builder.Build();
    }

    public IHost Host { get; }

    public IReadOnlyList<string> Logs => _log.ReadLines();

    public IDeliveryProvider Provider => Host.Services.GetRequiredService<IDeliveryProvider>();

    public static Delivery Sms(Content? content = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Sms, Number),
            Provider = "twilio-sdk",
            Content = content ?? new Content { Body = "content-text" },
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddDays(1),
        };
    }

    public ValueTask DisposeAsync()
    {
        Host.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Redirection(Uri vendor) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(vendor, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
