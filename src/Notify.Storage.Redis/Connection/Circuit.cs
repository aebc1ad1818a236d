using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Connection;

/// <summary>
/// Calls Redis, and returns no answer rather than a late one. After a failure Redis is not called for a while, so that an outage
/// costs the timeout of one call and not of each. An outage is logged once.
/// </summary>
internal sealed class Circuit(
    ServerConnection connection,
    IOptions<RedisOptions> options,
    TimeProvider time,
    ILogger<Circuit> logger
)
{
    // Some nodes of a cluster may answer while another is unavailable: the outage is over when nothing has failed for this long.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _timeout = options.Value.Timeout;
    private readonly Lock _lock = new();
    private bool _isOpen;
    private bool _isAway;
    private long _failedAt;
    private long _triedAt;

    /// <summary>Calls Redis. There is no answer if Redis is unavailable or fails.</summary>
    public async ValueTask<Answer<T>> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (!MayTry())
            return default;

        try
        {
            var database = await connection.OpenAsync(_timeout, cancellationToken).ConfigureAwait(false);
            var asked = ask(database);
            Observe(asked);
            var value = await asked.WaitAsync(_timeout, time, cancellationToken).ConfigureAwait(false);
            Succeeded();
            return new Answer<T>(true, value);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            Failed(exception);
            return default;
        }
    }

    // A call that timed out may still fail later. Its exception must not count as unobserved.
    private static void Observe(Task asked) =>
        asked.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );

    private bool MayTry()
    {
        lock (_lock)
        {
            if (!_isOpen)
                return true;
            var now = time.GetTimestamp();
            if (time.GetElapsedTime(_triedAt, now) < options.Value.RetryAfter)
                return false;
            _triedAt = now;
            return true;
        }
    }

    private void Succeeded()
    {
        // Read without the lock, because every successful call comes here. An outage is checked again under the lock.
        if (!Volatile.Read(ref _isAway))
            return;

        lock (_lock)
        {
            _isOpen = false;
            if (!_isAway || time.GetElapsedTime(_failedAt) < Quiet)
                return;
            _isAway = false;
        }

        Log.Back(logger);
    }

    private void Failed(Exception exception)
    {
        bool isNew;
        lock (_lock)
        {
            isNew = !_isAway;
            (_isOpen, _isAway) = (true, true);
            _failedAt = _triedAt = time.GetTimestamp();
        }

        connection.RefreshTopology();
        if (isNew)
            Log.Away(logger, exception.GetType().Name);
    }
}

/// <summary>The answer of Redis.</summary>
/// <param name="IsGiven">Whether Redis answered.</param>
/// <param name="Value">The answer.</param>
internal readonly record struct Answer<T>(bool IsGiven, T Value);
