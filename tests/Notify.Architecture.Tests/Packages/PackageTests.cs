using System.Reflection.Metadata;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Packages;

/// <summary>Tests of the metadata that a user sees before installing a package.</summary>
public sealed partial class PackageTests(PackedPackages packed)
{
    private const string RepositoryUrl = "https://github.com/notify-dotnet/notify";

    // Source Link's kind of debug information, from the portable PDB specification.
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    // Built on request only, because the registry does not serve what they depend on.
    private static readonly string[] VendorClients = ["Notify.Providers.DotApns", "Notify.Providers.FirebaseAdmin"];

    [Fact]
    public async Task Every_project_under_src_becomes_a_package()
    {
        var projects = Directory
            .EnumerateFiles(Repository.GetPath("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetFileNameWithoutExtension(project))
            .Except(VendorClients)
            .Order(StringComparer.Ordinal);

        Assert.Equal(projects, (await packed.ListAsync()).Select(package => package.Id));
    }

    [Fact]
    public async Task Every_package_says_what_it_is_and_where_it_comes_from()
    {
        foreach (var package in await packed.ListAsync())
        {
            Assert.True(package["description"]!.Length > 20, package.Id);
            Assert.Contains("notifications", package["tags"]!.Split(' '));
            Assert.Equal(RepositoryUrl, package["projectUrl"]);
            Assert.Equal(("expression", "Apache-2.0"), (package.Find("license")!.Attribute("type")!.Value, package["license"]));
            Assert.Equal(RepositoryUrl, package.Find("repository")!.Attribute("url")!.Value);
            Assert.Matches(Commit(), package.Find("repository")!.Attribute("commit")!.Value);
            Assert.Contains($"{package.Folder}/{package.Id}.xml", package.Entries);
        }
    }

    [Fact]
    public async Task Every_package_has_an_icon_and_a_readme_of_its_own()
    {
        var packages = await packed.ListAsync();
        foreach (var package in packages)
        {
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], package.ReadEntry(package["icon"]!)[..4]);
            var readme = Encoding.UTF8.GetString(package.ReadEntry(package["readme"]!));
            Assert.StartsWith($"# {package.Id}\n", readme, StringComparison.Ordinal);
            Assert.Contains(package.IsTool ? "```sh\n" : "```csharp\n", readme, StringComparison.Ordinal);
            // A registry's page shows the readme without the repository's files.
            Assert.DoesNotMatch(RelativeLink(), readme);
        }
    }

    /// <summary>All of them have one version, which MinVer computes from the tags.</summary>
    [Fact]
    public async Task Every_package_has_the_version_of_its_commit()
    {
        var version = Assert.Single((await packed.ListAsync()).Select(package => package.Version).Distinct());

        Assert.Matches(SemanticVersion(), version);
        Assert.NotEqual("1.0.0", version);
    }

    /// <summary>A debugger finds the sources of a package at its commit.</summary>
    [Fact]
    public async Task Every_package_has_symbols_with_Source_Link()
    {
        foreach (var package in await packed.ListAsync())
        {
            var link = ReadSourceLink(package.ReadSymbols($"{package.Folder}/{package.Id}.pdb"));

            var sources = link
                .RootElement.GetProperty("documents")
                .EnumerateObject()
                .Select(document => document.Value.GetString());
            Assert.Contains(sources, source => Source().IsMatch(source!));
        }
    }

    private static JsonDocument ReadSourceLink(byte[] symbols)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols));
        var reader = provider.GetMetadataReader();
        var found = reader
            .CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Single(information => reader.GetGuid(information.Kind) == SourceLink);
        return JsonDocument.Parse(reader.GetBlobBytes(found.Value));
    }

    [GeneratedRegex("^[0-9a-f]{40}$")]
    private static partial Regex Commit();

    [GeneratedRegex(@"^https://raw\.githubusercontent\.com/notify-dotnet/notify/[0-9a-f]{40}/\*$")]
    private static partial Regex Source();

    [GeneratedRegex(@"^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$")]
    private static partial Regex SemanticVersion();

    [GeneratedRegex(@"\]\((?!https://)")]
    private static partial Regex RelativeLink();
}
