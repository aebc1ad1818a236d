using System.Xml.Linq;

namespace Notify.Architecture.Tests.Structure;

/// <summary>The dependencies between the packages, as their project files declare them.</summary>
public sealed class PackageReferenceTests
{
    private static readonly Dictionary<string, Project> Projects = Directory
        .EnumerateFiles(Repository.GetPath("src"), "*.csproj", SearchOption.AllDirectories)
        .Select(Project.Read)
        .ToDictionary(project => project.Name, StringComparer.Ordinal);

    [Fact]
    public void The_contracts_reference_no_other_package_of_ours() => Assert.Empty(Projects["Notify.Abstractions"].References);

    [Fact]
    public void Providers_stores_and_transports_do_not_reference_the_engine()
    {
        string[] parts = ["Notify.Providers.", "Notify.Storage.", "Notify.Transport."];
        var extensions = Projects.Values.Where(project =>
            parts.Any(part => project.Name.StartsWith(part, StringComparison.Ordinal))
        );

        Assert.Equal(
            [],
            extensions.Where(project => FindAll(project.Name).Contains("Notify.Core")).Select(project => project.Name)
        );
    }

    [Fact]
    public void Only_stores_reference_the_toolkit_for_stores()
    {
        var users = Projects.Values.Where(project => project.References.Contains("Notify.Storage.Toolkit"));

        Assert.All(users, project => Assert.StartsWith("Notify.Storage.", project.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_hosting_references_ASP_NET_Core()
    {
        string[] allowed = ["Notify.Hosting", "Notify.Dashboard"];

        Assert.Equal(
            [],
            Projects.Values.Where(project => project.UsesAspNetCore).Select(project => project.Name).Except(allowed)
        );
    }

    [Fact]
    public void Neither_the_engine_nor_hosting_nor_the_dashboard_references_a_provider_a_store_or_a_transport()
    {
        string[] bases = ["Notify.Abstractions", "Notify.Core", "Notify.Hosting", "Notify.Dashboard"];

        foreach (var name in bases)
            Assert.Subset(bases.ToHashSet(), FindAll(name));
    }

    [Fact]
    public void No_project_compiles_files_of_another() =>
        Assert.Equal([], Projects.Values.Where(project => project.HasLinkedFiles).Select(project => project.Name));

    private static HashSet<string> FindAll(string name)
    {
        HashSet<string> found = [];
        Stack<string> left = new([name]);
        while (left.TryPop(out var next))
        {
            foreach (var reference in Projects[next].References.Where(found.Add))
                left.Push(reference);
        }

        return found;
    }

    private sealed record Project(string Name, IReadOnlyList<string> References, bool UsesAspNetCore, bool HasLinkedFiles)
    {
        public static Project Read(string file)
        {
            var items = XDocument.Load(file).Descendants().ToLookup(element => element.Name.LocalName, Include);
            return new Project(
                Path.GetFileNameWithoutExtension(file),
                [.. items["ProjectReference"].Select(reference => Path.GetFileNameWithoutExtension(reference))],
                items["FrameworkReference"].Contains("Microsoft.AspNetCore.App"),
                items["Compile"].Any(path => path.Contains("..", StringComparison.Ordinal))
            );
        }

        private static string Include(XElement item) => item.Attribute("Include")?.Value ?? "";
    }
}
