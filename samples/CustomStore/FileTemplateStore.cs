using System.Globalization;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Files;

/// <summary>Keeps every version of a template as a file of its own: <c>tenant/name/version.json</c>.</summary>
internal sealed class FileTemplateStore(string folder) : ITemplateStore
{
    public async ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken)
    {
        var versions = Directory.CreateDirectory(GetFolder(template.Tenant, template.Name)).FullName;
        var version = Claim(versions);
        var written = Path.Combine(versions, Path.GetRandomFileName());
        var form = StoredForm.WriteTemplate(template with { Version = version });
        await File.WriteAllBytesAsync(written, form, cancellationToken).ConfigureAwait(false);
        // The whole file appears at once, so that nobody reads half of it.
        File.Move(written, GetFile(versions, version));
        Trim(versions, version - maxVersions, template.SavedAt);
        return version;
    }

    public async ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        var versions = GetFolder(tenant, name);
        var file = GetFile(versions, version ?? NewestIn(versions));
        return File.Exists(file)
            ? StoredForm.ReadTemplate(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false))
            : null;
    }

    public ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var templates = Path.Combine(folder, Uri.EscapeDataString(tenant));
        return new([
            .. (Directory.Exists(templates) ? Directory.EnumerateDirectories(templates) : [])
                .Select(versions => new TemplateSummary(Uri.UnescapeDataString(Path.GetFileName(versions)), NewestIn(versions)))
                .Where(template =>
                    template.Version > 0
                    && template.Name.StartsWith(prefix, StringComparison.Ordinal)
                    && string.CompareOrdinal(template.Name, after) > 0
                )
                .OrderBy(template => template.Name, StringComparer.Ordinal)
                .Take(limit),
        ]);
    }

    public async ValueTask KeepAsync(
        string tenant,
        string name,
        int version,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var file = GetFile(GetFolder(tenant, name), version);
        if (File.Exists(file) && !(ReadKeptUntil(file) > until))
            await File.WriteAllTextAsync(GetKeptFile(file), until.ToString("O", CultureInfo.InvariantCulture), cancellationToken)
                .ConfigureAwait(false);
    }

    public ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken)
    {
        var versions = GetFolder(tenant, name);
        var isThere = NewestIn(versions) > 0;
        if (isThere)
            Directory.Delete(versions, recursive: true);
        return new(isThere);
    }

    // The newest claim stays, because the next version is counted from the newest file.
    private static void Trim(string versions, int last, DateTimeOffset now)
    {
        foreach (var version in VersionsIn(versions).Where(version => version <= last).ToArray())
        {
            var file = GetFile(versions, version);
            if (ReadKeptUntil(file) > now)
                continue;
            File.Delete(file);
            File.Delete(GetKeptFile(file));
            File.Delete(CreateClaim(file));
        }
    }

    private static DateTimeOffset? ReadKeptUntil(string file) =>
        File.Exists(GetKeptFile(file))
            ? DateTimeOffset.Parse(File.ReadAllText(GetKeptFile(file)), CultureInfo.InvariantCulture)
            : null;

    private static string GetKeptFile(string file) => Path.ChangeExtension(file, ".kept");

    private static string CreateClaim(string file) => Path.ChangeExtension(file, ".claim");

    // A name may hold any character, and so may not be a file's name as it stands.
    private string GetFolder(string tenant, string name) =>
        Path.Combine(folder, Uri.EscapeDataString(tenant), Uri.EscapeDataString(name));

    private static string GetFile(string versions, int version) =>
        Path.Combine(versions, version.ToString(CultureInfo.InvariantCulture) + ".json");

    private static int NewestIn(string versions) => VersionsIn(versions).DefaultIfEmpty(0).Max();

    private static IEnumerable<int> VersionsIn(string versions) =>
        !Directory.Exists(versions)
            ? []
            : Directory
                .EnumerateFiles(versions, "*.json")
                .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture));

    private static int Claim(string versions)
    {
        var version = NewestIn(versions) + 1;
        while (!TryClaim(CreateClaim(GetFile(versions, version))))
            version++;
        return version;
    }

    // A file that must be new is created by one writer of all processes; File.Move only looks whether there is one and then
    // replaces it. The claim stays, so that a version whose writer ended is not given again.
    private static bool TryClaim(string claim)
    {
        try
        {
            using var _ = new FileStream(claim, FileMode.CreateNew);
            return true;
        }
        catch (IOException) when (File.Exists(claim))
        {
            return false;
        }
    }
}
