using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>
/// Checks manifests against the schemas of Kubernetes and of those operators whose schemas are in npm, from where they are
/// installed once.
/// </summary>
internal static class Schemas
{
    private static readonly string Folder = typeof(Schemas)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "SchemasFolder")
        .Value!;

    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>Checks manifests, each with the name of its rendering. Returns one finding per line; empty if none.</summary>
    public static async Task<string> CheckAsync(IEnumerable<(string Rendering, JsonNode Manifest)> manifests)
    {
        using var folder = new TemporaryFolder();
        // Most manifests are the same in every rendering.
        var named = manifests
            .DistinctBy(item => item.Manifest.ToJsonString())
            .Select(item => new
            {
                name = $"{item.Rendering} {ManifestReferences.Describe(item.Manifest)}",
                manifest = item.Manifest,
            });
        await File.WriteAllTextAsync(folder.File("manifests.json"), JsonSerializer.Serialize(named));
        await Installed.Value;
        return await Command.RunAsync(Folder, ServerProcess.Find("node"), ["validate.mjs", folder.File("manifests.json")]);
    }

    // There are 20,000 files, so they are installed only once for a lock file.
    private static async Task InstallAsync()
    {
        var (wanted, installed) = (
            Path.Combine(Folder, "package-lock.json"),
            Path.Combine(Folder, "node_modules/installed.json")
        );
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed) == await File.ReadAllTextAsync(wanted))
            return;

        await Command.RunAsync(Folder, ServerProcess.Find("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        File.Copy(wanted, installed, overwrite: true);
    }
}
