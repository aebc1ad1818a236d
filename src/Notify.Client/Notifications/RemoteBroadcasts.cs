using Notify.Client.Calls;

namespace Notify.Client.Notifications;

/// <summary>The notifications to topics of a service.</summary>
internal sealed class RemoteBroadcasts(ServiceCalls service) : IBroadcasts
{
    public Task<Broadcast?> PauseAsync(string tenant, Guid id, CancellationToken cancellationToken = default) =>
        ChangeAsync(tenant, id, "pause", cancellationToken);

    public Task<Broadcast?> ResumeAsync(string tenant, Guid id, CancellationToken cancellationToken = default) =>
        ChangeAsync(tenant, id, "resume", cancellationToken);

    public async Task<Broadcast?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var path = GetPath(id).With("limit", 1).ToString();
        var found = await service
            .FindAsync(ServiceRequest.Get(path, tenant), NotificationJson.Default.NotificationAnswer, cancellationToken)
            .ConfigureAwait(false);
        return found?.Value is { Expansions.Count: > 0 } notification
            ? new Broadcast
            {
                Id = id,
                PausedAt = notification.PausedAt,
                Expansions = notification.CreateExpansions(),
            }
            : null;
    }

    private async Task<Broadcast?> ChangeAsync(string tenant, Guid id, string change, CancellationToken cancellationToken)
    {
        // A second call finds the broadcast as the first one left it.
        var request = ServiceRequest.Post(GetPath(id).Add(change).ToString(), tenant).Repeat();
        var found = await service
            .FindAsync(request, NotificationJson.Default.NotificationAnswer, cancellationToken)
            .ConfigureAwait(false);
        // The answer has the sums of all topics only.
        return found is null ? null : await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
    }

    private static CallPath GetPath(Guid id) => CallPath.Create("v1/notifications").Add(id);
}
