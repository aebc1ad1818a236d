using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Transport;
using Notify.Transport.Kafka;
using Notify.Transport.Kafka.Connection;
using Notify.Transport.Kafka.Events;
using Notify.Transport.Kafka.Hints;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the Kafka transport.</summary>
public static class KafkaNotificationsBuilderExtensions
{
    /// <summary>
    /// Uses Kafka to carry hints from the processes that trigger to the processes that send. A hint is the id of a delivery; the
    /// delivery itself stays in the store, which the processes must share (<c>UsePostgreSql</c>). While Kafka is unavailable,
    /// deliveries are sent as they fall due in the store. It is safe to call this twice: the second call changes the options
    /// further.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
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
        services.AddSingleton<IEngineCheck, KafkaCheck>();
        services.AddSingleton<EventPublisher>();
        services.AddSingleton<KafkaEvents>();
        services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<KafkaEvents>());
        services.AddSingleton<IAnalyticsStream, KafkaAnalyticsStream>();
        services.AddHostedService<NotificationEventConsumer>();
        services.AddHostedService<AnalyticsConsumer>();
        // It starts before the workers, which consume the topics.
        services.AddSingleton<KafkaTopicCreation>();
        services.Insert(
            0,
            ServiceDescriptor.Singleton<IHostedService>(provider => provider.GetRequiredService<KafkaTopicCreation>())
        );
        return builder;
    }
}
