using System.Globalization;
using Notify.Planning;

namespace Notify.Storage.Files;

/// <summary>Keeps every version of a template as a file of its own: <c>tenant/name/version.json</c>.</summary>
internal sealed class FileTemplateStore(string folder) : ITemplateStore
{
    public async ValueTask<int> SaveAsync(Template template, CancellationToken cancellationToken)
    {
        var versions = Directory.CreateDirectory(FolderOf(template.Tenant, template.Name)).FullName;
        var version = Claim(versions);
        var written = Path.Combine(versions, Path.GetRandomFileName());
        var form = StoredForm.WriteTemplate(template with { Version = version });
        await File.WriteAllBytesAsync(written, form, cancellationToken).ConfigureAwait(false);
        // The whole file appears at once, so that nobody reads half of it.
        File.Move(written, FileOf(versions, version));
        return version;
    }

    public async ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        var versions = FolderOf(tenant, name);
        var file = FileOf(versions, version ?? NewestIn(versions));
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

    // A name may hold any character, and so may not be a file's name as it stands.
    private string FolderOf(string tenant, string name) =>
        Path.Combine(folder, Uri.EscapeDataString(tenant), Uri.EscapeDataString(name));

    private static string FileOf(string versions, int version) =>
        Path.Combine(versions, version.ToString(CultureInfo.InvariantCulture) + ".json");

    private static int NewestIn(string versions) =>
        !Directory.Exists(versions)
            ? 0
            : Directory
                .EnumerateFiles(versions, "*.json")
                .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture))
                .DefaultIfEmpty(0)
                .Max();

    private static int Claim(string versions)
    {
        var version = NewestIn(versions) + 1;
        while (!TryClaim(Path.ChangeExtension(FileOf(versions, version), ".claim")))
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
