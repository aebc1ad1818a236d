using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Connection;

/// <summary>
/// The connection of the process to Redis: to one server, to a cluster, or to the primary that the sentinels name. The
/// application starts without waiting for it. StackExchange.Redis reconnects, follows failovers and reads the topology of a
/// cluster.
/// </summary>
internal sealed class ServerConnection : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    // Reading the topology queries every node, so a burst of failed calls causes one read and not one for each call.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly ConfigurationOptions _configuration;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task<ConnectionMultiplexer>> _connecting;
    private int _isLooking;

    public ServerConnection(IOptions<RedisOptions> options, TimeProvider time)
    {
        _time = time;
        _configuration = ConfigurationOptions.Parse(options.Value.ConnectionString);
        _configuration.AbortOnConnectFail = false;
        _configuration.ConnectTimeout = Math.Min(_configuration.ConnectTimeout, 2_000);
        _configuration.ConnectRetry = 1;
        // The timeout of the client must not end a call before RedisOptions.Timeout does.
        var timeout = (int)Math.Ceiling(options.Value.Timeout.TotalMilliseconds);
        _configuration.AsyncTimeout = Math.Max(_configuration.AsyncTimeout, timeout);
        _configuration.ReconnectRetryPolicy = new LinearRetry(500);
        _configuration.ClientName ??= "Notify";
        // Sentinels without a password refuse the servers' one, so the client must not send it to them.
        _configuration.SentinelPassword = options.Value.SentinelPassword ?? "";
        _connecting = new Lazy<Task<ConnectionMultiplexer>>(() => Task.Run(ConnectAsync));
    }

    /// <summary>
    /// Returns the database, whose connection may be broken at the moment. The first calls wait until there is a connection.
    /// </summary>
    public async ValueTask<IDatabase> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var connecting = _connecting.Value;
        var connection = connecting.IsCompletedSuccessfully
            ? connecting.Result
            : await connecting.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        return connection.GetDatabase();
    }

    /// <summary>
    /// Reads the topology again after a call has failed. A replica of a cluster is promoted seconds after its primary died; until
    /// the client has read which node serves its slots now, calls to them fail, and the client refreshes the topology by itself
    /// only once a minute.
    /// </summary>
    public void RefreshTopology()
    {
        if (
            _connecting.IsValueCreated
            && _connecting.Value.IsCompletedSuccessfully
            && Interlocked.Exchange(ref _isLooking, 1) == 0
        )
            _ = LookAsync(_connecting.Value.Result);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        if (_connecting.IsValueCreated)
            _ = CloseAsync(_connecting.Value);
    }

    private static async Task CloseAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            using var connection = await connecting.ConfigureAwait(false);
            await connection.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // There was no connection yet, or it was broken already.
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        while (true)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(_configuration).ConfigureAwait(false);
            }
            catch (Exception) when (!_stopping.IsCancellationRequested)
            {
                // The first call that needs Redis meanwhile reports that it is unavailable, once for the whole outage.
                await Task.Delay(BetweenTries, _time, _stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task LookAsync(ConnectionMultiplexer connection)
    {
        try
        {
            await connection.ConfigureAsync().ConfigureAwait(false);
            await Task.Delay(BetweenLooks, _time, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The next failed call reads it again.
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
