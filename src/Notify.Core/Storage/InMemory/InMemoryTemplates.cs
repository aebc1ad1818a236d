using Notify.Planning;

namespace Notify.Storage.InMemory;

/// <summary>Templates for tests.</summary>
internal sealed class InMemoryTemplates : ITemplateStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Name), List<Template>> _versions = [];

    public ValueTask<int> SaveAsync(Template template, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_versions.TryGetValue((template.Tenant, template.Name), out var versions))
                _versions.Add((template.Tenant, template.Name), versions = []);
            versions.Add(template with { Version = versions.Count + 1 });
            return new(versions.Count);
        }
    }

    public ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var versions = _versions.GetValueOrDefault((tenant, name)) ?? [];
            return new(version is null ? versions.LastOrDefault() : versions.ElementAtOrDefault(version.Value - 1));
        }
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
                        && template.Value.Count > 0
                    )
                    .Select(template => new TemplateSummary(template.Key.Name, template.Value[^1].Version))
                    .OrderBy(template => template.Name, StringComparer.Ordinal)
                    .Take(limit),
            ]);
        }
    }
}
