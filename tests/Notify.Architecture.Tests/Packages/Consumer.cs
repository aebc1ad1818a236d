using System.Xml.Linq;
using Notify.TestSupport;

namespace Notify.Architecture.Tests.Packages;

/// <summary>A new project outside the repository that installs Notify from the packed packages.</summary>
internal sealed class Consumer : IDisposable
{
    private const string Name = "Shop";

    private static readonly XDocument Versions = XDocument.Load(Repository.GetPath("Directory.Packages.props"));

    private readonly TemporaryFolder _folder = new();

    private Consumer() { }

    private string ProjectFile => Path.Combine(Folder, $"{Name}.csproj");

    public string Folder => _folder.File(Name);

    /// <summary>The program that <see cref="BuildAsync"/> makes.</summary>
    public string Program => Path.Combine(Folder, "bin", "Debug", "net10.0", $"{Name}.dll");

    /// <summary>The program that <see cref="PublishAsync"/> makes when it compiles ahead of time.</summary>
    public string PublishedProgram => Path.Combine(Folder, "published", Name);

    /// <summary>Creates the project from a template of the SDK, as <c>dotnet new</c> does for a user.</summary>
    public static async Task<Consumer> CreateAsync(string template, PackedPackages packed, IEnumerable<string> packages)
    {
        var consumer = new Consumer();
        await PackedPackages.RunDotNetAsync(consumer._folder.Path, "new", template, "--output", Name, "--no-restore");
        await WriteNuGetConfigAsync(consumer._folder, packed.Folder);
        consumer.Install(packages, await packed.ListAsync());
        return consumer;
    }

    public Task WriteAsync(string file, string code) => File.WriteAllTextAsync(Path.Combine(Folder, file), code);

    public Task<string> BuildAsync() =>
        PackedPackages.RunDotNetAsync(Folder, "build", "-warnaserror", "-p:UseSharedCompilation=false", "--verbosity", "quiet");

    /// <summary>Publishes the program; a warning fails it.</summary>
    public Task PublishAsync(params IEnumerable<string> options) =>
        PackedPackages.RunDotNetAsync(
            Folder,
            [
                "publish",
                "-warnaserror",
                "-p:UseSharedCompilation=false",
                "--verbosity",
                "quiet",
                "--output",
                "published",
                .. options,
            ]
        );

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Adds the folder with the packages to the machine's own sources. Packages are installed below the consumer's folder; those
    /// that the machine has already are read from where they are, so nothing is downloaded twice and nothing is left behind.
    /// </summary>
    public static Task WriteNuGetConfigAsync(TemporaryFolder folder, string source) =>
        File.WriteAllTextAsync(
            folder.File("nuget.config"),
            new XDocument(
                new XElement(
                    "configuration",
                    new XElement("packageSources", Setting("packed", source)),
                    new XElement("config", Setting("globalPackagesFolder", folder.File("packages"))),
                    new XElement("fallbackPackageFolders", Setting("machine", Repository.PackageFolder))
                )
            ).ToString()
        );

    private static XElement Setting(string key, string value) =>
        new("add", new XAttribute("key", key), new XAttribute("value", value));

    private void Install(IEnumerable<string> packages, IReadOnlyList<Package> packed)
    {
        var project = XDocument.Load(ProjectFile);
        project.Root!.Add(
            new XElement(
                "ItemGroup",
                packages.Select(id => new XElement(
                    "PackageReference",
                    new XAttribute("Include", id),
                    new XAttribute("Version", packed.FirstOrDefault(package => package.Id == id)?.Version ?? FindVersion(id))
                ))
            )
        );
        project.Save(ProjectFile);
    }

    // Other packages have the version that the repository itself uses, because that one is known to be there.
    private static string FindVersion(string id) =>
        Versions.Descendants("PackageVersion").Single(item => item.Attribute("Include")!.Value == id).Attribute("Version")!.Value;
}
