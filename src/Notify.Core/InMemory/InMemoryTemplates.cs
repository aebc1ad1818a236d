using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps templates in memory, for tests.</summary>
internal sealed class InMemoryTemplates : ITemplateStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Name), SortedList<int, StoredVersion>> _versions = [];

    public ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_versions.TryGetValue((template.Tenant, template.Name), out var versions))
                _versions.Add((template.Tenant, template.Name), versions = []);
            var version = versions.Count == 0 ? 1 : versions.Keys[^1] + 1;
            versions.Add(version, new StoredVersion(template with { Version = version }));
            foreach (var (old, stored) in versions.ToArray())
            {
                if (old <= version - maxVersions && !(stored.KeptUntil > template.SavedAt))
                    versions.Remove(old);
            }

            return new(version);
        }
    }

    public ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_versions.TryGetValue((tenant, name), out var versions))
                return new((Template?)null);
            return new(versions.GetValueOrDefault(version ?? versions.Keys[^1])?.Template);
        }
    }

    public ValueTask KeepAsync(string tenant, string name, int version, DateTimeOffset until, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var stored = _versions.GetValueOrDefault((tenant, name))?.GetValueOrDefault(version);
            if (stored is not null && !(stored.KeptUntil > until))
                stored.KeptUntil = until;
            return default;
        }
    }

    public ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_versions.Remove((tenant, name)));
    }

    public ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _versions
                    .Where(template =>
                        template.Key.Tenant == tenant
                        && template.Key.Name.StartsWith(prefix, StringComparison.Ordinal)
                        && string.CompareOrdinal(template.Key.Name, after) > 0
                    )
                    .Select(template => new TemplateSummary(template.Key.Name, template.Value.Keys[^1]))
                    .OrderBy(template => template.Name, StringComparer.Ordinal)
                    .Take(limit),
            ]);
        }
    }

    public ValueTask<IReadOnlyList<VersionSummary>> ListVersionsAsync(
        string tenant,
        string name,
        int? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            var versions = _versions.GetValueOrDefault((tenant, name))?.Values ?? (IEnumerable<StoredVersion>)[];
            return new([
                .. versions
                    .Select(stored => new VersionSummary(stored.Template.Version, stored.Template.SavedAt))
                    .Where(version => before is null || version.Version < before)
                    .Reverse()
                    .Take(limit),
            ]);
        }
    }

    private sealed class StoredVersion(Template template)
    {
        public Template Template => template;

        public DateTimeOffset? KeptUntil { get; set; }
    }
}
