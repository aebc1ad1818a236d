using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps permits of throttles in memory, for tests.</summary>
internal sealed class InMemoryThrottles : IThrottleStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Category, string Recipient), List<DateTimeOffset>> _taken = [];

    public ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. request.Recipients.Select(recipient => TryTake(request, recipient))]);
    }

    public ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var recipient in request.Recipients)
                _taken.GetValueOrDefault((request.Tenant, request.Category, recipient))?.Remove(request.Now);
        }

        return ValueTask.CompletedTask;
    }

    public long Purge(DateTimeOffset takenBefore)
    {
        lock (_lock)
            return _taken.Values.Sum(times => times.RemoveAll(time => time < takenBefore));
    }

    private bool TryTake(ThrottleRequest request, string recipient)
    {
        var key = (request.Tenant, request.Category, recipient);
        if (!_taken.TryGetValue(key, out var times))
            _taken.Add(key, times = []);

        times.RemoveAll(time => time <= request.Now - request.Per);
        if (times.Count >= request.Max)
            return false;

        times.Add(request.Now);
        return true;
    }
}
