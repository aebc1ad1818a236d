namespace Notify.Host.Gateway;

/// <summary>
/// Limits the time of one try until the response begins. A response that has begun, such as a stream of events, may take as long
/// as it likes.
/// </summary>
internal sealed class ForwardedTry(HttpContext context, TimeSpan timeout)
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _current;
    private bool _isWatched;

    /// <summary>Runs a try. Returns true if it took too long and was cancelled.</summary>
    public async Task<bool> RunAsync(RequestDelegate next)
    {
        var aborted = context.RequestAborted;
        using var source = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        lock (_lock)
            _current = source;
        if (!_isWatched)
            context.Response.OnStarting(static attempt => ((ForwardedTry)attempt).StopTimer(), this);
        _isWatched = true;
        source.CancelAfter(timeout);
        context.RequestAborted = source.Token;
        try
        {
            await next(context);
            return source.IsCancellationRequested && !aborted.IsCancellationRequested;
        }
        finally
        {
            context.RequestAborted = aborted;
            lock (_lock)
                _current = null;
        }
    }

    private Task StopTimer()
    {
        lock (_lock)
            _current?.CancelAfter(Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }
}
