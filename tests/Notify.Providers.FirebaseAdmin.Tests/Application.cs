using FirebaseAdmin;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.TestSupport;

namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>An application that sends through its own Firebase app, whose calls are redirected to a test server.</summary>
internal sealed class Application : IAsyncDisposable
{
    public const string AccessToken = "ya29.test-access-token";

    private readonly FirebaseApp _app;
    private readonly IHost _host;
    private readonly FakeLoggerProvider _log = new();

    public Application(Uri vendor, Action<FirebaseAdminOptions>? configure = null, bool sdkRetries = false)
        : this(
            new AppOptions
            {
                Credential = GoogleCredential.FromAccessToken(AccessToken),
                ProjectId = "shop",
                HttpClientFactory = new VendorClientFactory(vendor, sdkRetries),
            },
            configure
        ) { }

    public Application(AppOptions app, Action<FirebaseAdminOptions>? configure = null)
    {
        _app = FirebaseApp.Create(app, Guid.NewGuid().ToString());
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder
            .Services.AddNotifications()
            .UseInMemory()
            .AddFirebaseAdmin(options =>
            {
                options.App = _ => _app;
                configure?.Invoke(options);
            });
        _host = builder.Build();
    }

    public ManualTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public IReadOnlyList<string> Logs => _log.ReadLines();

    public IDeliveryProvider Provider => _host.Services.GetRequiredService<IDeliveryProvider>();

    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        _app.Delete();
        return ValueTask.CompletedTask;
    }
}
