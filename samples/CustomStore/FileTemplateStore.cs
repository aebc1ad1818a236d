using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>Keeps templates with their versions.</summary>
internal sealed class FileTemplateStore(TenantFiles files) : ITemplateStore
{
    public ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken) =>
        new(files.Change(template.Tenant, data =>
            {
                if (!data.Templates.TryGetValue(template.Name, out var versions))
                    data.Templates.Add(template.Name, versions = []);

                var version = versions.Count == 0 ? 1 : versions[^1].Template.Version + 1;
                versions.Add(new StoredTemplate { Template = template with { Version = version } });
                versions.RemoveAll(old => old.Template.Version <= version - maxVersions && !(old.KeptUntil > template.SavedAt));
                return version;
            }));

    public ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken) =>
        new(files.Read(tenant, data => Find(data, name, version)?.Template));

    public ValueTask KeepAsync(string tenant, string name, int version, DateTimeOffset until, CancellationToken cancellationToken)
    {
        files.Change(tenant, data =>
        {
            if (Find(data, name, version) is { } stored && !(stored.KeptUntil > until))
                stored.KeptUntil = until;
            return version;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken) =>
        new(files.Change(tenant, data => data.Templates.Remove(name)));

    public ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<TemplateSummary>>(tenant, data =>
                [
                    .. data
                        .Templates.Keys.TakePage(prefix, after, limit)
                        .Select(name => new TemplateSummary(name, data.Templates[name][^1].Template.Version)),
                ]
            )
        );

    public ValueTask<IReadOnlyList<VersionSummary>> ListVersionsAsync(
        string tenant,
        string name,
        int? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<VersionSummary>>(tenant, data =>
                [
                    .. (data.Templates.GetValueOrDefault(name) ?? [])
                        .Select(stored => new VersionSummary(stored.Template.Version, stored.Template.SavedAt))
                        .Where(version => before is null || version.Version < before)
                        .Reverse()
                        .Take(limit),
                ]
            )
        );

    private static StoredTemplate? Find(TenantData data, string name, int? version) =>
        data.Templates.GetValueOrDefault(name)?.FindLast(stored => version is null || stored.Template.Version == version);
}
