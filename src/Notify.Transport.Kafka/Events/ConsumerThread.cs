using Confluent.Kafka;

namespace Notify.Transport.Kafka.Events;

/// <summary>Runs consumers of events.</summary>
internal static class ConsumerThread
{
    /// <summary>Runs a consumer on its own thread, because librdkafka's calls block.</summary>
    public static Task RunAsync(Action consume) =>
        Task.Factory.StartNew(consume, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Gets the code of a failure for the log. Messages of librdkafka can contain addresses of brokers.</summary>
    public static string GetCode(Exception exception) =>
        exception is KafkaException { Error.Code: var code } ? code.ToString() : exception.GetType().Name;
}
