using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Providers;
using Notify.Core.Queue;

namespace Notify.Core.ProviderStates;

/// <summary>Shows, pauses and resumes providers.</summary>
internal sealed class ProviderDirectory(
    ProviderCatalog catalog,
    ProviderPauses pauses,
    ActivityReports activity,
    IOptionsMonitor<ProviderOptions> options,
    DeliveryCapacity capacity,
    WorkSignal signal,
    TimeProvider time
) : IProviders
{
    public async Task<IReadOnlyList<ProviderState>> ListAsync(CancellationToken cancellationToken = default)
    {
        var paused = await pauses.ReadAsync(cancellationToken).ConfigureAwait(false);
        var processes = await activity.ReadAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. catalog
                .All.OrderBy(provider => provider.Name, StringComparer.Ordinal)
                .Select(provider => new ProviderState
                {
                    Name = provider.Name,
                    Channel = provider.Channel,
                    PausedAt = paused.TryGetValue(provider.Name, out var at) ? at : null,
                    MaxPerSecond = options.Get(provider.Name).MaxPerSecond,
                    Processes = [.. processes[provider.Name]],
                }),
        ];
    }

    public async Task<ProviderState?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var all = await ListAsync(cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(provider => provider.Name == name);
    }

    public async Task<ProviderState?> PauseAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (catalog.Find(name) is null)
            return null;
        await pauses.AddAsync(name, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return await FindAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ProviderState?> ResumeAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (catalog.Find(name) is null)
            return null;
        await pauses.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        var resumed = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        capacity.ResetProbes();
        signal.Set();
        return resumed;
    }
}
