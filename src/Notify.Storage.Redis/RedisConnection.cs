using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Notify.Storage.Redis;

/// <summary>
/// The process's one connection: to a server, to a cluster, or to whichever server the sentinels call master at present. Nobody waits
/// for it at start, and it comes back by itself.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenLooksAtSentinels = TimeSpan.FromSeconds(5);

    private readonly ConfigurationOptions _configuration;
    private readonly RedisSentinels? _sentinels;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task> _watching;
    private readonly Channel<bool> _suspicions = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    private volatile ConnectionMultiplexer? _current;
    private EndPoint? _master;

    public RedisConnection(IOptions<RedisOptions> options, TimeProvider time, ILogger<RedisConnection> logger)
    {
        _time = time;
        _logger = logger;
        _configuration = ConfigurationOptions.Parse(options.Value.ConnectionString);
        _configuration.AbortOnConnectFail = false;
        _configuration.ConnectTimeout = Math.Min(_configuration.ConnectTimeout, 2_000);
        _configuration.ConnectRetry = 1;
        _configuration.ReconnectRetryPolicy = new LinearRetry(500);
        _configuration.ClientName ??= "Notify";
        if (RedisSentinels.AreMeantBy(_configuration))
            _sentinels = new RedisSentinels(_configuration.Clone(), options.Value, Suspect);
        _watching = new Lazy<Task>(() => Task.Run(() => WatchAsync(_stopping.Token)));
    }

    /// <summary>The connection, which may be broken; the first call waits until there is one.</summary>
    public async ValueTask<IDatabase> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_current is null)
        {
            _ = _watching.Value;
            await _connected.Task.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        }

        return _current!.GetDatabase();
    }

    /// <summary>Says that something failed, so that it is looked again who serves what.</summary>
    public void Suspect() => _suspicions.Writer.TryWrite(true);

    public void Dispose()
    {
        _stopping.Cancel();
        if (_watching.IsValueCreated)
            _watching.Value.GetAwaiter().GetResult();
        _sentinels?.Dispose();
        _current?.Close(allowCommandsToComplete: false);
        _current?.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stopping).ConfigureAwait(false);
                await Task.Delay(BetweenLooks, _time, stopping).ConfigureAwait(false);
                await NextSuspicionAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // Whoever asks Redis for something meanwhile says that it is away, once for the whole outage.
                await Task.Delay(BetweenLooks, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A message of the sentinels can be lost, so they are asked now and then all the same.
    private async Task NextSuspicionAsync(CancellationToken stopping)
    {
        if (_current is null)
            return;

        var suspicion = _suspicions.Reader.WaitToReadAsync(stopping).AsTask();
        if (_sentinels is null)
            await suspicion.ConfigureAwait(false);
        else
            await Task.WhenAny(suspicion, Task.Delay(BetweenLooksAtSentinels, _time, stopping)).ConfigureAwait(false);
        _suspicions.Reader.TryRead(out _);
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        if (_sentinels is not null)
            await FollowMasterAsync(_sentinels, stopping).ConfigureAwait(false);
        else if (_current is { } current)
            await current.ConfigureAsync().ConfigureAwait(false);
        else
            await ConnectAsync(_configuration).ConfigureAwait(false);
    }

    private async Task FollowMasterAsync(RedisSentinels sentinels, CancellationToken stopping)
    {
        if (await sentinels.FindMasterAsync(_time, stopping).ConfigureAwait(false) is not { } master || master.Equals(_master))
            return;

        if (_current is not null)
            Log.MasterChanged(_logger, _configuration.ServiceName!);
        var toMaster = _configuration.Clone();
        toMaster.ServiceName = null;
        toMaster.TieBreaker = "";
        toMaster.EndPoints.Clear();
        toMaster.EndPoints.Add(master);
        await ConnectAsync(toMaster).ConfigureAwait(false);
        _master = master;
    }

    private async Task ConnectAsync(ConfigurationOptions configuration)
    {
        var connected = await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
        connected.ConnectionFailed += (_, _) => Suspect();
        var before = _current;
        _current = connected;
        _connected.TrySetResult();
        before?.Dispose();
    }
}
