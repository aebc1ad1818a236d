using Confluent.Kafka;

namespace Notify.Transport.Kafka.Connection;

/// <summary>Checks whether a broker answers and accepts the credentials.</summary>
internal sealed class KafkaCheck(KafkaClients clients) : IEngineCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public string Name => "kafka";

    // The call of the library blocks.
    public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => new(Task.Run(Check, cancellationToken));

    private CheckResult Check()
    {
        try
        {
            using var admin = clients.OpenAdmin();
            var brokers = admin.GetMetadata(Timeout).Brokers.Count;
            return CheckResult.Ok($"{brokers} brokers answer.");
        }
        catch (KafkaException exception)
        {
            return CheckResult.Warning(
                $"Kafka does not answer: {exception.Error.Reason}. Deliveries still fall due by themselves.",
                "Check BootstrapServers, the credentials in Settings, and that the brokers run."
            );
        }
    }
}
