using System.Globalization;
using Notify.Planning;

namespace Notify.Storage.Files;

/// <summary>Keeps every version of a template as a file of its own: <c>tenant/name/version.json</c>.</summary>
internal sealed class FileTemplateStore(string folder) : ITemplateStore
{
    public async ValueTask<int> SaveAsync(Template template, CancellationToken cancellationToken)
    {
        var versions = Directory.CreateDirectory(FolderOf(template.Tenant, template.Name)).FullName;
        var written = Path.Combine(versions, Path.GetRandomFileName());
        for (var version = NewestIn(versions) + 1; ; version++)
        {
            await File.WriteAllBytesAsync(written, StoredForm.WriteTemplate(template with { Version = version }), cancellationToken).ConfigureAwait(false);
            if (TryMove(written, FileOf(versions, version)))
                return version;
        }
    }

    public async ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        var versions = FolderOf(tenant, name);
        var file = FileOf(versions, version ?? NewestIn(versions));
        return File.Exists(file)
            ? StoredForm.ReadTemplate(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false))
            : null;
    }

    // A name may hold any character, and so may not be a file's name as it stands.
    private string FolderOf(string tenant, string name) => Path.Combine(folder, Uri.EscapeDataString(tenant), Uri.EscapeDataString(name));

    private static string FileOf(string versions, int version) =>
        Path.Combine(versions, version.ToString(CultureInfo.InvariantCulture) + ".json");

    private static int NewestIn(string versions) => !Directory.Exists(versions)
        ? 0
        : Directory.EnumerateFiles(versions, "*.json")
            .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();

    // A whole file appears under its version at once, or not at all: readers see no half, and two writers no version twice.
    private static bool TryMove(string written, string file)
    {
        try
        {
            File.Move(written, file, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            return false;
        }
    }
}
