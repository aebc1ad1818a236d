using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Storage;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Events;

/// <summary>
/// Wakes the expansion worker when any process has accepted a notification to a topic. A lost event only costs a delay: the
/// worker also polls the store.
/// </summary>
internal sealed class NotificationEventConsumer(
    KafkaClients clients,
    KafkaTopics topics,
    KafkaTopicCreation creation,
    IExpansionSignal expansions,
    IOptions<NotificationsOptions> notifications,
    IOptions<KafkaTransportOptions> options,
    TimeProvider time,
    ILogger<NotificationEventConsumer> logger
) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.NotificationEvents || !notifications.Value.Workers.HasFlag(Workers.Expansion))
            return;

        await creation.WaitUntilCompleteAsync(stoppingToken).ConfigureAwait(false);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumerThread.RunAsync(() => Consume(stoppingToken)).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // The application works without these events, so no failure here may stop it.
                Log.ConsumingFailed(logger, ConsumerThread.GetCode(exception));
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Consume(CancellationToken stopping)
    {
        using var consumer = clients.OpenEventConsumer();
        consumer.Subscribe(topics.NotificationEvents.Name);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(Idle) is { } message && MayHaveExpansions(message.Message.Value))
                    expansions.Wake();
            }
            catch (ConsumeException exception) when (!exception.Error.IsFatal)
            {
                Log.EventsNotConsumed(logger, exception.Error.Code.ToString());
            }
        }

        consumer.Close();
    }

    private static bool MayHaveExpansions(byte[]? body)
    {
        try
        {
            // A newer version may have changed the data, or added types. One poll too many does no harm.
            return body is not null
                && NotifyEvent.Parse(body).Data is NotificationAcceptedData { Topics: > 0 } or UnknownEventData;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
