using System.Collections.Concurrent;

namespace Notify.Load.Ingress;

/// <summary>
/// The connections that the callers of one turn share. A connection serves one caller at a time. Each turn has its own, because a
/// server closes a connection that was idle during the other server's turns for too long.
/// </summary>
internal sealed class CallerConnections : IDisposable
{
    private readonly ConcurrentBag<KeepAliveConnection> _free = [];

    public CallerConnections(int port, int count, string? key = null)
    {
        for (var i = 0; i < count; i++)
            _free.Add(new KeepAliveConnection(port, key));
    }

    public async ValueTask PostAsync(int number)
    {
        if (!_free.TryTake(out var connection))
            throw new InvalidOperationException("There are more callers than connections.");
        await connection.PostAsync(number);
        _free.Add(connection);
    }

    public void Dispose()
    {
        foreach (var connection in _free)
            connection.Dispose();
    }
}
