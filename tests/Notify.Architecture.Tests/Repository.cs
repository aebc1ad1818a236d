using System.Reflection;
using Notify.TestSupport;

namespace Notify.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The configuration of this build, <c>Debug</c> or <c>Release</c>.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The folder with the packages that restore has installed on this machine.</summary>
    public static string PackageFolder { get; } = Metadata("PackageFolder");

    public static string GetPath(string file) => Path.Combine(Root, file);

    /// <summary>The files that git tracks and that exist, by paths relative to the root.</summary>
    public static async Task<IReadOnlyList<string>> FilesAsync()
    {
        var listed = await Command.RunAsync(Root, "git", ["ls-files", "-z"]);
        return [.. listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(GetPath(file)))];
    }

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;
}
