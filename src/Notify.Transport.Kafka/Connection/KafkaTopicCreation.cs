using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Transport.Kafka.Connection;

/// <summary>
/// Creates missing topics before the workers start. If the cluster is unavailable or refuses the request, the application starts
/// nevertheless, and the creation is tried again until every topic exists.
/// </summary>
internal sealed class KafkaTopicCreation(
    KafkaClients clients,
    KafkaTopics topics,
    IOptions<KafkaTransportOptions> options,
    TimeProvider time,
    ILogger<KafkaTopicCreation> logger
) : IHostedService, IDisposable
{
    private static readonly TimeSpan BrokerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _creating = Task.CompletedTask;
    private string? _reported;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.CreateTopics || await Task.Run(TryCreateAsync, cancellationToken).ConfigureAwait(false))
            _complete.TrySetResult();
        else
            _creating = Task.Run(CreateUntilCompleteAsync, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _creating.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Waits until every partition of every topic has a leader, but not for long. A consumer that subscribes earlier is assigned
    /// the partitions that the brokers know at that moment, and learns about the others with its next look at the metadata.
    /// </summary>
    public async Task WaitUntilCompleteAsync(CancellationToken cancellationToken) =>
        await Task.WhenAny(_complete.Task, Task.Delay(BrokerTime, time, cancellationToken)).ConfigureAwait(false);

    public void Dispose() => _stopping.Dispose();

    private async Task CreateUntilCompleteAsync()
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            await Task.Delay(delay, time, _stopping.Token).ConfigureAwait(false);
            if (await TryCreateAsync().ConfigureAwait(false))
            {
                _complete.TrySetResult();
                Log.TopicsComplete(logger);
                return;
            }
        }
    }

    /// <returns>Whether every topic exists and can be written to and read from.</returns>
    private async Task<bool> TryCreateAsync()
    {
        try
        {
            using var admin = clients.OpenAdmin();
            var wanted = TopicSpecifications.Create(topics, options.Value);
            var known = ReadTopics(admin);
            TopicSpecification[] missing = [.. wanted.Where(topic => !known.ContainsKey(topic.Name))];
            if (missing.Length > 0 && !await CreateAsync(admin, missing).ConfigureAwait(false))
                return false;

            // Brokers may not know yet about topics that this or another process created a moment ago.
            for (var started = time.GetTimestamp(); time.GetElapsedTime(started) < BrokerTime; )
            {
                known = ReadTopics(admin);
                if (wanted.TrueForAll(topic => known.TryGetValue(topic.Name, out var found) && IsComplete(found)))
                    return true;
                await Task.Delay(BetweenLooks, time, _stopping.Token).ConfigureAwait(false);
            }

            return false;
        }
        catch (KafkaException exception)
        {
            Report(exception.Error.Reason);
            return false;
        }
    }

    private async Task<bool> CreateAsync(IAdminClient admin, TopicSpecification[] missing)
    {
        HashSet<string> failed = [];
        try
        {
            await admin
                .CreateTopicsAsync(
                    missing,
                    new CreateTopicsOptions { RequestTimeout = BrokerTime, OperationTimeout = BrokerTime }
                )
                .ConfigureAwait(false);
        }
        catch (CreateTopicsException exception)
        {
            // Another process that starts at the same time may have created them.
            var refused = exception
                .Results.Where(result => result.Error.IsError && result.Error.Code != ErrorCode.TopicAlreadyExists)
                .ToArray();
            failed = [.. exception.Results.Where(result => result.Error.IsError).Select(result => result.Topic)];
            if (refused.Length > 0)
            {
                Report(string.Join("; ", refused.Select(result => $"{result.Topic}: {result.Error.Reason}")));
                return false;
            }
        }

        foreach (var topic in missing.Where(topic => !failed.Contains(topic.Name)))
            Log.TopicCreated(logger, topic.Name, topic.NumPartitions);
        return true;
    }

    // The same reason is logged once, however often the creation is tried again.
    private void Report(string reason)
    {
        if (reason != _reported)
            Log.TopicsNotCreated(logger, reason);
        _reported = reason;
    }

    private static Dictionary<string, TopicMetadata> ReadTopics(IAdminClient admin) =>
        admin.GetMetadata(BrokerTime).Topics.Where(topic => !topic.Error.IsError).ToDictionary(topic => topic.Topic);

    private static bool IsComplete(TopicMetadata topic) =>
        topic.Partitions.Count > 0 && topic.Partitions.All(partition => !partition.Error.IsError && partition.Leader >= 0);
}
