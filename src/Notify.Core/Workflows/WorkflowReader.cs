using System.Collections.Concurrent;

namespace Notify.Core.Workflows;

/// <summary>
/// Finds the workflows that triggers name. A workflow that was read is used for a second without reading the store, so that
/// triggers read it rarely, and a change applies in all processes within a second.
/// </summary>
internal sealed class WorkflowReader(DeclaredWorkflows declared, WorkflowStorage storage, TimeProvider time)
{
    private const int MaxCached = 1_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<
        (string Tenant, string Name, int? Version),
        (Workflow Workflow, DateTimeOffset ReadAt)
    > _known = new();

    /// <summary>The number of changes that this process made to workflows.</summary>
    private long _changes;

    /// <summary>Finds a workflow; null if it does not exist.</summary>
    public async ValueTask<Workflow?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        if (declared.Find(tenant, name) is { } own)
            return version is null || version == own.Version ? own : null;

        var now = time.GetUtcNow();
        var key = (tenant, name, version);
        if (_known.TryGetValue(key, out var known) && (now - known.ReadAt).Duration() < Fresh)
            return known.Workflow;

        var changes = Volatile.Read(ref _changes);
        var found = await storage.FindAsync(tenant, name, version, cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            _known.TryRemove(key, out _);
            return null;
        }

        // A workflow that was read before a change and arrives after it must not hide the change.
        if (Volatile.Read(ref _changes) == changes)
            Cache(key, found.Workflow, now);
        return found.Workflow;
    }

    /// <summary>Forgets a workflow because this process changed it: its next trigger uses the change.</summary>
    public void Forget(string tenant, string name)
    {
        Interlocked.Increment(ref _changes);
        foreach (var (key, _) in _known)
        {
            if (key.Tenant == tenant && key.Name == name)
                _known.TryRemove(key, out _);
        }
    }

    private void Cache((string Tenant, string Name, int? Version) key, Workflow workflow, DateTimeOffset now)
    {
        if (_known.Count >= MaxCached && !_known.ContainsKey(key))
            _known.Clear();
        _known[key] = (workflow, now);
    }
}
