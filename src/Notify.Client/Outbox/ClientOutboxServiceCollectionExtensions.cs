using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Client;
using Notify.Client.Calls;
using Notify.Client.Outbox;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the outbox of an application that calls a Notify service.</summary>
public static class ClientOutboxServiceCollectionExtensions
{
    /// <summary>
    /// Lets <see cref="INotifier.TriggerAsync(Trigger, DbTransaction, CancellationToken)"/> store triggers in the application's
    /// own database, within its transaction. A hosted service forwards them to the service after the commit, each exactly once.
    /// </summary>
    /// <param name="services">The application's services, after <c>AddNotifyClient</c>.</param>
    /// <param name="dialect">The SQL of the database.</param>
    /// <param name="getDataSource">
    /// Gets the data source of the database, such as the application's <c>NpgsqlDataSource</c>. It is not disposed of.
    /// </param>
    /// <param name="configure">Sets the options, which are validated at start.</param>
    /// <returns>The application's services.</returns>
    /// <exception cref="InvalidOperationException"><c>AddNotifyClient</c> was not called before.</exception>
    public static IServiceCollection AddNotifyClientOutbox(
        this IServiceCollection services,
        OutboxDialect dialect,
        Func<IServiceProvider, DbDataSource> getDataSource,
        Action<ClientOutboxOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(getDataSource);
        if (!services.Any(service => service.ImplementationType == typeof(RemoteNotifier)))
            throw new InvalidOperationException("Call AddNotifyClient before AddNotifyClientOutbox.");

        services
            .AddOptions<ClientOutboxOptions>()
            .Configure(options => options.Dialect = dialect)
            .Configure(configure ?? (_ => { }))
            .ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(IClientOutbox)))
            return services;

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ClientOutboxOptions>, ClientOutboxOptionsValidator>()
        );
        services.AddSingleton(provider => new OutboxDatabase(
            () => getDataSource(provider),
            provider.GetRequiredService<IOptions<ClientOutboxOptions>>()
        ));
        services.AddSingleton<OutboxTable>();
        services.AddSingleton<OutboxWakeUp>();
        services.AddSingleton<OutboxCalls>();
        services.AddSingleton<OutboxWriter>();
        services.AddSingleton<IClientOutbox, ClientOutbox>();
        services.AddHostedService<OutboxForwarder>();
        services.AddHostedService<OutboxGauges>();
        services.AddHttpClient(ServiceCalls.ClientName).AddHttpMessageHandler(() => new OutboxArrivalHandler());
        return services;
    }
}
