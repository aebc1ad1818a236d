using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Transport.Kafka;

/// <summary>Validates what annotations cannot express. No message repeats the value of a setting.</summary>
internal sealed class KafkaTransportOptionsValidator(IServiceProviderIsService registered)
    : IValidateOptions<KafkaTransportOptions>
{
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "bootstrap.servers",
        "metadata.broker.list",
        "acks",
        "request.required.acks",
        "enable.idempotence",
        "message.timeout.ms",
        "delivery.timeout.ms",
        "transactional.id",
        "group.id",
        "group.protocol",
        "partition.assignment.strategy",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "auto.offset.reset",
        "dotnet.producer.delivery.report.fields",
    }.ToFrozenSet(StringComparer.Ordinal);

    public ValidateOptionsResult Validate(string? name, KafkaTransportOptions options)
    {
        List<string> errors =
        [
            .. options
                .Settings.Keys.Where(Reserved.Contains)
                .Order(StringComparer.Ordinal)
                .Select(setting =>
                    $"{nameof(KafkaTransportOptions.Settings)} must not change '{setting}': the transport sets it itself."
                ),
        ];
        if (options is { CountFromEvents: true } and not { NotificationEvents: true, DeviceEvents: true, AnalyticsEvents: true })
        {
            errors.Add(
                $"{nameof(KafkaTransportOptions.CountFromEvents)} requires {nameof(KafkaTransportOptions.NotificationEvents)}, "
                    + $"{nameof(KafkaTransportOptions.DeviceEvents)} and {nameof(KafkaTransportOptions.AnalyticsEvents)}."
            );
        }

        if (!registered.IsService(typeof(SharedStoreMarker)))
        {
            errors.Add(
                "UseKafka needs a store that processes can share. "
                    + "Replace the current store with one, such as AddNotifications().UsePostgreSql(...), "
                    + "or remove UseKafka to send from one process."
            );
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
