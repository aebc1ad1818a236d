using Notify.Core.Broadcasts;
using Notify.Storage;

namespace Notify.Core.Topics;

/// <summary>Pauses and resumes broadcasts.</summary>
internal sealed class BroadcastControl(
    BroadcastPauses pauses,
    IExpansionStore expansions,
    IExpansionSignal signal,
    TimeProvider time
) : IBroadcasts
{
    public async Task<Broadcast?> PauseAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } broadcast)
            return null;
        if (broadcast.HasEnded || broadcast.PausedAt is not null)
            return broadcast;

        await pauses.AddAsync(tenant, id, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        // It may have ended in between. The mark of a broadcast that has ended would stay.
        var paused = await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        if (paused is { HasEnded: true })
            await pauses.RemoveAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        return paused;
    }

    public async Task<Broadcast?> ResumeAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } broadcast)
            return null;

        await pauses.RemoveAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        signal.Wake();
        return broadcast with { PausedAt = null };
    }

    public async Task<Broadcast?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var progress = await expansions.GetProgressAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        if (progress.Count == 0)
            return null;

        var found = new Broadcast { Id = id, Expansions = progress };
        return found.HasEnded
            ? found
            : found with
            {
                PausedAt = await pauses.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false),
            };
    }
}
