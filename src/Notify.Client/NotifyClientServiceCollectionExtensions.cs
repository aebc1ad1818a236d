using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Client;
using Notify.Client.Analytics;
using Notify.Client.Auditing;
using Notify.Client.Calls;
using Notify.Client.Clients;
using Notify.Client.Events;
using Notify.Client.EventSubscriptions;
using Notify.Client.Jobs;
using Notify.Client.Keys;
using Notify.Client.Members;
using Notify.Client.Notifications;
using Notify.Client.Receipts;
using Notify.Client.Recipients;
using Notify.Client.Teams;
using Notify.Client.Templates;
using Notify.Client.Tracking;
using Notify.Client.Workflows;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the client of a Notify service.</summary>
public static class NotifyClientServiceCollectionExtensions
{
    /// <summary>Makes the connections follow changes of the addresses behind the name of the service.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Registers an <see cref="INotifier"/> that calls a service, and the interfaces that manage it, such as
    /// <see cref="IRecipients"/>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="address">The URL of the service, such as <c>https://notify.example.org</c>.</param>
    /// <param name="apiKey">The API key; null for a service that needs none.</param>
    /// <returns>The builder of the HTTP client, to configure its handlers.</returns>
    /// <exception cref="InvalidOperationException">The application already embeds Notify.</exception>
    public static IHttpClientBuilder AddNotifyClient(this IServiceCollection services, string address, string? apiKey = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        return services.AddNotifyClient(options =>
        {
            options.Address = Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : null;
            options.ApiKey = apiKey;
        });
    }

    /// <summary>
    /// Registers an <see cref="INotifier"/> that calls a service, and the interfaces that manage it, such as
    /// <see cref="IRecipients"/>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options, which are validated at start.</param>
    /// <returns>The builder of the HTTP client, to configure its handlers.</returns>
    /// <exception cref="InvalidOperationException">The application already embeds Notify.</exception>
    /// <remarks>
    /// A failed call is repeated as Microsoft.Extensions.Http.Resilience does by default: up to three times, within 30 seconds in
    /// total, and after the time that the service asks for. A repetition has the same idempotency key, so nothing is sent twice.
    /// A call that would have a second effect, such as the creation of a key, is repeated only if the service did not get it.
    /// </remarks>
    public static IHttpClientBuilder AddNotifyClient(this IServiceCollection services, Action<NotifyClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<NotifyClientOptions>().Configure(configure).ValidateOnStart();
        var http = services.AddHttpClient(ServiceCalls.ClientName);
        if (services.Any(service => service.ImplementationType == typeof(RemoteNotifier)))
            return http;
        if (services.Any(service => service.ServiceType == typeof(INotifier)))
            throw new InvalidOperationException("AddNotifications was called before. Use either it or AddNotifyClient.");

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<NotifyClientOptions>, NotifyClientOptionsValidator>()
        );
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ServiceCalls>();
        services.AddSingleton<INotifier, RemoteNotifier>();
        http.UseSocketsHttpHandler((handler, _) => handler.PooledConnectionLifetime = ConnectionLifetime)
            .AddStandardResilienceHandler(CallRetries.Configure);
        AddManagement(services);
        return http;
    }

    private static void AddManagement(IServiceCollection services) =>
        services
            .AddSingleton<IAnalytics, RemoteAnalytics>()
            .AddSingleton<IApiKeys, RemoteApiKeys>()
            .AddSingleton<IAuditLog, RemoteAuditLog>()
            .AddSingleton<IBroadcasts, RemoteBroadcasts>()
            .AddSingleton<IClients, RemoteClients>()
            .AddSingleton<IEventFeed, RemoteEventFeed>()
            .AddSingleton<IEventSubscriptions, RemoteEventSubscriptions>()
            .AddSingleton<IJobs, RemoteJobs>()
            .AddSingleton<IMembers, RemoteMembers>()
            .AddSingleton<INotificationQueries, RemoteNotificationQueries>()
            .AddSingleton<IReceipts, RemoteReceipts>()
            .AddSingleton<IRecipients, RemoteRecipients>()
            .AddSingleton<ITeams, RemoteTeams>()
            .AddSingleton<ITemplateCatalog, RemoteTemplateCatalog>()
            .AddSingleton<ITracking, RemoteTracking>()
            .AddSingleton<IWorkflows, RemoteWorkflows>();
}
