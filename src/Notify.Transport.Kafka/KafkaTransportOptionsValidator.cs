using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Transport.Kafka;

/// <summary>Finds everything that annotations cannot say is wrong. No message repeats a setting's value.</summary>
internal sealed class KafkaTransportOptionsValidator(IServiceProviderIsService registered)
    : IValidateOptions<KafkaTransportOptions>
{
    private static readonly FrozenSet<string> Ours = new[]
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
                .Settings.Keys.Where(Ours.Contains)
                .Order(StringComparer.Ordinal)
                .Select(setting =>
                    $"{nameof(KafkaTransportOptions.Settings)} must not change '{setting}': the transport sets it itself."
                ),
        ];
        if (!registered.IsService(typeof(SharedStoreMarker)))
        {
            errors.Add(
                "Kafka carries hints between processes, which must share a store. "
                    + "Add one that can be shared, such as AddNotifications().UsePostgreSql(...), "
                    + "instead of the one that is there; "
                    + "or leave UseKafka out, and one process sends by itself."
            );
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
