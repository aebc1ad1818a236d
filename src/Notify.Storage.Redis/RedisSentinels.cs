using System.Net;
using StackExchange.Redis;

namespace Notify.Storage.Redis;

/// <summary>
/// Asks the sentinels which server is the master. Old clients cannot, and the newer ones' own way differs from release to release,
/// so one way serves them all.
/// </summary>
internal sealed class RedisSentinels(ConfigurationOptions configuration, RedisOptions options, Action masterChanged) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Everything else is refused by a sentinel, and the client would take the refusal for a failure.
    private static readonly HashSet<string> Understood =
    [
        "auth",
        "ping",
        "info",
        "sentinel",
        "subscribe",
        "psubscribe",
        "unsubscribe",
        "punsubscribe",
    ];

    private readonly string _service = configuration.ServiceName!;
    private ConnectionMultiplexer? _sentinels;

    public static bool AreMeantBy(ConfigurationOptions configuration) => !string.IsNullOrEmpty(configuration.ServiceName);

    /// <summary>The master's address by the first sentinel that answers; null when none does.</summary>
    public async Task<EndPoint?> FindMasterAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var sentinels = _sentinels ??= await ConnectAsync().ConfigureAwait(false);
        foreach (var endpoint in sentinels.GetEndPoints())
        {
            try
            {
                var asked = sentinels.GetServer(endpoint).SentinelGetMasterAddressByNameAsync(_service);
                if (await asked.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false) is { } master)
                    return master;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // The next one may know.
            }
        }

        return null;
    }

    public void Dispose() => _sentinels?.Dispose();

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var asSentinels = configuration.Clone();
        asSentinels.ServiceName = null;
        asSentinels.Password = options.SentinelPassword;
        asSentinels.DefaultDatabase = null;
        asSentinels.TieBreaker = "";
        asSentinels.CommandMap = CommandMap.Create(Understood);
        var sentinels = await ConnectionMultiplexer.ConnectAsync(asSentinels).ConfigureAwait(false);
        sentinels.ConnectionFailed += (_, _) => masterChanged();
        await sentinels
            .GetSubscriber()
            .SubscribeAsync(new RedisChannel("+switch-master", RedisChannel.PatternMode.Literal), (_, message) =>
            {
                if (((string?)message)?.StartsWith(_service + " ", StringComparison.Ordinal) == true)
                    masterChanged();
            })
            .ConfigureAwait(false);
        return sentinels;
    }
}
