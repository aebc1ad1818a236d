namespace Notify.Storage.Files;

/// <summary>Keeps the times at which recipients were notified.</summary>
internal sealed class FileThrottleStore(TenantFiles files) : IThrottleStore
{
    public ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken) =>
        new(files.Change<IReadOnlyList<bool>>(request.Tenant, data =>
            {
                if (!data.Permits.TryGetValue(request.Category, out var category))
                    data.Permits.Add(request.Category, category = []);
                return [.. request.Recipients.Select(recipient => TryTake(category, recipient, request))];
            }));

    public ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        files.Change(request.Tenant, data =>
            request.Recipients.Count(recipient =>
                data.Permits.GetValueOrDefault(request.Category)?.GetValueOrDefault(recipient)?.Remove(request.Now) == true
            )
        );
        return ValueTask.CompletedTask;
    }

    private static bool TryTake(Dictionary<string, List<DateTimeOffset>> category, string recipient, ThrottleRequest request)
    {
        if (!category.TryGetValue(recipient, out var taken))
            category.Add(recipient, taken = []);

        if (taken.Count(time => time > request.Now - request.Per) >= request.Max)
            return false;

        taken.Add(request.Now);
        return true;
    }
}
