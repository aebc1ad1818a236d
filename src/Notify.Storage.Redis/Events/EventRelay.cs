using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Notify.Storage.Redis.Connection;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Events;

/// <summary>
/// Carries events to watchers in other processes. A process with watchers announces this in Redis every second and listens.
/// The others publish only while such a process exists. Events of this process reach its own watchers directly.
/// </summary>
internal sealed class EventRelay(IEventFeed feed, Circuit circuit, KeyNames keys, TimeProvider time) : IEventSink
{
    private const int MostWaiting = 10_000;
    private const int MostInMessage = 200;

    // A process that has not announced itself for ten seconds is gone.
    private const string Announce = """
        local now = tonumber(redis.call('TIME')[1])
        if ARGV[2] == '1' then redis.call('ZADD', KEYS[1], now, ARGV[1]) else redis.call('ZREM', KEYS[1], ARGV[1]) end
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 10)
        redis.call('PEXPIRE', KEYS[1], 20000)
        return redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2])
        """;

    private static readonly TimeSpan BetweenAnnouncements = TimeSpan.FromSeconds(1);

    private readonly string _process = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
    private readonly Channel<NotifyEvent> _waiting = System.Threading.Channels.Channel.CreateBounded<NotifyEvent>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
    );

    private volatile bool _isWatchedElsewhere;
    private IConnectionMultiplexer? _listening;
    private int _turn;

    public bool Wants(string type) => _isWatchedElsewhere;

    public void Publish(NotifyEvent happened) => _waiting.Writer.TryWrite(happened);

    /// <summary>Announces, listens and publishes until stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(AnnounceAsync(stopping), PublishAsync(stopping));

    private async Task AnnounceAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(BetweenAnnouncements, time);
        do
        {
            var isWatchedHere = feed.IsWatched;
            var others = await circuit
                .AskAsync(
                    async database =>
                    {
                        await ListenAsync(database.Multiplexer, isWatchedHere).ConfigureAwait(false);
                        return (int)
                            await database
                                .ScriptEvaluateAsync(Announce, [keys.Watchers], [_process, isWatchedHere ? 1 : 0])
                                .ConfigureAwait(false);
                    },
                    stopping
                )
                .ConfigureAwait(false);
            _isWatchedElsewhere = others is { IsGiven: true, Value: > 0 };
        } while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    // After a failover of the sentinels there is a new connection without a subscription. An abandoned subscription may still
    // succeed later; its messages are ignored, because the turn has moved on.
    private async Task ListenAsync(IConnectionMultiplexer connection, bool isWatchedHere)
    {
        var (before, wanted) = (_listening, isWatchedHere ? connection : null);
        if (before == wanted)
            return;

        _listening = wanted;
        var turn = Interlocked.Increment(ref _turn);
        try
        {
            if (wanted is not null)
                await wanted
                    .GetSubscriber()
                    .SubscribeAsync(keys.Events, (_, message) => Hear(turn, message))
                    .ConfigureAwait(false);
            else if (before == connection)
                await before.GetSubscriber().UnsubscribeAsync(keys.Events).ConfigureAwait(false);
        }
        catch (Exception)
        {
            _listening = null;
            throw;
        }
    }

    private async Task PublishAsync(CancellationToken stopping)
    {
        var batch = new List<NotifyEvent>(MostInMessage);
        while (await _waiting.Reader.WaitToReadAsync(stopping).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < MostInMessage && _waiting.Reader.TryRead(out var happened))
                batch.Add(happened);
            var message = JsonSerializer.SerializeToUtf8Bytes(
                new RelayedEvents(_process, batch),
                RelayJson.Default.RelayedEvents
            );
            await circuit.AskAsync(database => database.PublishAsync(keys.Events, message), stopping).ConfigureAwait(false);
        }
    }

    private void Hear(int turn, byte[]? message)
    {
        if (turn != Volatile.Read(ref _turn))
            return;

        try
        {
            if (
                JsonSerializer.Deserialize(message, RelayJson.Default.RelayedEvents) is not { } relayed
                || relayed.From == _process
            )
                return;

            foreach (var happened in relayed.Events)
                feed.Publish(happened);
        }
        catch (JsonException)
        {
            // A newer version published something that this one does not know.
        }
    }
}

/// <summary>A message: the events of a process since its last message.</summary>
internal sealed record RelayedEvents(string From, IReadOnlyList<NotifyEvent> Events);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RelayedEvents))]
internal sealed partial class RelayJson : JsonSerializerContext;
