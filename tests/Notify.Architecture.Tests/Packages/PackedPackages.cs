using System.IO.Compression;
using System.Xml.Linq;
using Notify.Architecture.Tests.Packages;
using Notify.TestSupport;

[assembly: AssemblyFixture(typeof(PackedPackages))]

namespace Notify.Architecture.Tests.Packages;

/// <summary>Every package of this build, packed once into a folder that is deleted with the tests.</summary>
public sealed class PackedPackages : IDisposable
{
    // The machine's own configuration of MSBuild's servers would outlive the test.
    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<IReadOnlyList<Package>>> _packages;

    public PackedPackages() => _packages = new(PackAsync);

    /// <summary>The folder with the packages, which serves as a source for restore.</summary>
    public string Folder => _folder.File("packages");

    public Task<IReadOnlyList<Package>> ListAsync() => _packages.Value;

    /// <summary>Runs the SDK. What it starts and the temporary files that it writes end with it.</summary>
    public static async Task<string> RunDotNetAsync(string folder, params IEnumerable<string> arguments)
    {
        using var temporary = new TemporaryFolder();
        var environment = new Dictionary<string, string?>(Environment) { ["TMPDIR"] = temporary.Path };
        return await Command.RunAsync(folder, "dotnet", arguments, environment);
    }

    public void Dispose() => _folder.Dispose();

    // The intermediate file of each package goes to the folder too, so that another run at the same time is not disturbed.
    private async Task<IReadOnlyList<Package>> PackAsync()
    {
        await RunDotNetAsync(
            Repository.Root,
            "pack",
            "Notify.sln",
            "--no-build",
            "--configuration",
            Repository.Configuration,
            "--output",
            Folder,
            $"-p:NuspecOutputPath={_folder.File("nuspec")}/",
            "-p:UseSharedCompilation=false"
        );
        return [.. Directory.EnumerateFiles(Folder, "*.nupkg").Order(StringComparer.Ordinal).Select(Package.Read)];
    }
}

/// <summary>A package as it would be published.</summary>
public sealed record Package(string Id, string Version, XElement Metadata, IReadOnlyList<string> Entries, string Path)
{
    /// <summary>Gets whether it is installed as a program instead of being referenced.</summary>
    public bool IsTool => Find("packageTypes")?.Elements().Any(type => type.Attribute("name")?.Value == "DotnetTool") == true;

    /// <summary>Gets the folder of its assemblies.</summary>
    public string Folder => IsTool ? "tools/net10.0/any" : "lib/net10.0";

    public string? this[string element] => Find(element)?.Value;

    public XElement? Find(string element) => Metadata.Element(Metadata.Name.Namespace + element);

    public byte[] ReadEntry(string name) => ReadEntry(Path, name);

    /// <summary>A file of the symbol package beside this one.</summary>
    public byte[] ReadSymbols(string name) => ReadEntry(System.IO.Path.ChangeExtension(Path, ".snupkg"), name);

    public static Package Read(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        var entries = archive.Entries.Select(entry => entry.FullName).ToList();
        using var nuspec = archive.GetEntry(entries.Single(entry => entry.EndsWith(".nuspec", StringComparison.Ordinal)))!.Open();
        var root = XDocument.Load(nuspec).Root!;
        var metadata = root.Element(root.Name.Namespace + "metadata")!;
        var read = new Package("", "", metadata, entries, path);
        return read with { Id = read["id"]!, Version = read["version"]! };
    }

    private static byte[] ReadEntry(string path, string name)
    {
        using var archive = ZipFile.OpenRead(path);
        using var stream = archive.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
