using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Analytics;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Transport.Kafka;
using Notify.Triggering;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the Kafka transport.</summary>
public static class KafkaNotificationsBuilderExtensions
{
    /// <summary>
    /// Lets Kafka carry hints of what is to be sent from the processes that trigger to those that send. What it carries are the
    /// ids of deliveries; they themselves stay in the store, which the processes must share (<c>UsePostgreSql</c>). While Kafka
    /// is away, sending goes on by what falls due in the store. Safe to call twice: the second call changes the options further.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Sets at least <see cref="KafkaTransportOptions.BootstrapServers"/>.</param>
    public static INotificationsBuilder UseKafka(this INotificationsBuilder builder, Action<KafkaTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.Services;
        services.AddOptions<KafkaTransportOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(KafkaTransport)))
            return builder;

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<KafkaTransportOptions>, KafkaTransportOptionsValidator>()
        );
        services.AddSingleton<KafkaTopics>();
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<KafkaTelemetry>();
        services.AddSingleton<HintPublisher>();
        services.AddSingleton<KafkaTransport>();
        services.Replace(
            ServiceDescriptor.Singleton<IDeliveryTransport>(provider => provider.GetRequiredService<KafkaTransport>())
        );
        services.AddSingleton<EventPublisher>();
        services.AddSingleton<KafkaEvents>();
        services.AddSingleton<INotificationEventSink>(provider => provider.GetRequiredService<KafkaEvents>());
        services.AddSingleton<IDeviceEventSink>(provider => provider.GetRequiredService<KafkaEvents>());
        services.AddSingleton<IDeliveryEventSink>(provider => provider.GetRequiredService<KafkaEvents>());
        services.AddHostedService<NotificationEventConsumer>();
        // Before the workers, which consume them.
        services.AddSingleton<KafkaTopicCreation>();
        services.Insert(
            0,
            ServiceDescriptor.Singleton<IHostedService>(provider => provider.GetRequiredService<KafkaTopicCreation>())
        );
        return builder;
    }
}
