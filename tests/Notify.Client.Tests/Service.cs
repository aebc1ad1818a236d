using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Hosting;
using Notify.Providers;
using Notify.Providers.Sandbox;
using Notify.TestSupport;

namespace Notify.Client.Tests;

/// <summary>A service on SQLite with the sandbox, and an application that uses it.</summary>
internal sealed class Service : IAsyncDisposable
{
    public const string Key = "a-key-of-the-platform-team";

    private readonly TemporaryFolder _folder = new();
    private WebApplication? _host;
    private IHost? _application;

    /// <summary>Gets the services of the process that embeds Notify.</summary>
    public IServiceProvider Embedded => _host!.Services;

    /// <summary>Gets the services of the application that calls the service.</summary>
    public IServiceProvider Application => _application!.Services;

    public Pager Pager { get; } = new();

    public Uri Address => new(_host!.Urls.Single() + "/notify");

    public static async Task<Service> StartAsync()
    {
        var service = new Service();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .Services.AddNotifications(options =>
                (options.PollInterval, options.Templates.MaxRenderTime) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1))
            )
            .UseSqlite($"Data Source={service._folder.File("notify.db")};Pooling=False")
            .AddSandbox()
            .AddWebhook(options => options.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}")
            .ConfigureChannel(Channel.Webhook, channel => channel.Providers = ["sandbox-webhook"])
            .AddTracking(options =>
            {
                options.Url = new Uri("https://notify.example.org/v1/track");
                options.Key = new string('k', 32);
            })
            .AddProvider(service.Pager.Name, _ => service.Pager);
        builder.Services.Configure<NotificationsApiOptions>(options => options.ApiKeys.Add(Key));
        service._host = builder.Build();
        service._host.Urls.Add("http://127.0.0.1:0");
        service._host.MapNotifications("/notify");
        await service._host.StartAsync();
        return service;
    }

    /// <summary>Lists the references of the notifications of a tenant, in alphabetical order.</summary>
    public async Task<IReadOnlyList<string?>> ListReferencesAsync(string tenant = Trigger.DefaultTenant)
    {
        var queries = Embedded.GetRequiredService<INotificationQueries>();
        var page = await queries.ListAsync(new NotificationQuery { Tenant = tenant }, new PageRequest { Limit = 500 });
        return [.. page.Items.Select(item => item.Trigger.Reference).Order(StringComparer.Ordinal)];
    }

    /// <summary>Starts an application that calls the service.</summary>
    public Task<INotifier> StartClientAsync(DelegatingHandler? network = null, string? key = Key) =>
        StartClientAsync(services =>
        {
            var http = services.AddNotifyClient(Address.AbsoluteUri, key);
            if (network is not null)
                http.AddHttpMessageHandler(() => network);
        });

    public async Task<INotifier> StartClientAsync(Action<IServiceCollection> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        register(builder.Services);
        _application = builder.Build();
        await _application.StartAsync();
        return _application.Services.GetRequiredService<INotifier>();
    }

    public async ValueTask DisposeAsync()
    {
        _application?.Dispose();
        await _host!.DisposeAsync();
        _folder.Dispose();
    }
}
