using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Notify.Cli.Commands;
using Notify.Cli.Profiles;

namespace Notify.Cli.Service;

/// <summary>The client of the service that a command calls.</summary>
internal sealed class ServiceSession : IAsyncDisposable
{
    /// <summary>The name of the resilience options of the client.</summary>
    private const string ResilienceName = "Notify-standard";

    private readonly ServiceProvider _services;

    public ServiceSession(Connection connection, ToolCall call)
    {
        Connection = connection;
        var services = new ServiceCollection();
        services.AddSingleton(call.Time);
        services.AddNotifyClient(connection.Address.AbsoluteUri, connection.Key);
        // A person waits for the answer.
        services.Configure<HttpStandardResilienceOptions>(ResilienceName, options =>
        {
            options.Retry.MaxRetryAttempts = 2;
            options.Retry.Delay = TimeSpan.FromMilliseconds(300);
        });
        _services = services.BuildServiceProvider();
        Http = new ServiceHttp(connection, call.Tenant, call.Time);
    }

    public Connection Connection { get; }

    /// <summary>Gets the calls that the interfaces of the client do not have.</summary>
    public ServiceHttp Http { get; }

    public INotifier Notifier => Get<INotifier>();

    public INotificationQueries Queries => Get<INotificationQueries>();

    public IBroadcasts Broadcasts => Get<IBroadcasts>();

    public IEventFeed Events => Get<IEventFeed>();

    public IJobs Jobs => Get<IJobs>();

    public ITemplateCatalog Templates => Get<ITemplateCatalog>();

    public IApiKeys Keys => Get<IApiKeys>();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _services.DisposeAsync().ConfigureAwait(false);
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
