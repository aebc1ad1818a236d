using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Xml.Linq;
using Notify.TestSupport;

namespace Notify.Architecture.Tests.Packages;

/// <summary>
/// The templates for <c>dotnet new</c>, as a user installs them: from their package, against the packed packages.
/// </summary>
public sealed class TemplateTests(PackedPackages packed) : IDisposable
{
    private static readonly string Bin = Path.Combine("bin", "Debug", "net10.0");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_template_builds_without_a_warning_and_runs()
    {
        await Consumer.WriteNuGetConfigAsync(_folder, packed.Folder);
        await RunNewAsync("install", (await packed.FindTemplatesAsync()).Path);
        await RunNewAsync("notify-api", "--name", "Shop");
        await RunNewAsync("notify-host", "--name", "Notifications");
        await RunNewAsync("notify-provider", "--name", "Fax");
        await BuildAsync();

        await Task.WhenAll(
            RunAsync("Shop", "Shop.Tests"),
            RunAsync("Fax", "Notify.Providers.Fax.Tests"),
            TryApiAsync(),
            TryHostAsync()
        );
    }

    /// <summary>Versions that the repository itself uses are known to work together.</summary>
    [Fact]
    public void The_templates_use_the_versions_of_the_repository()
    {
        var versions = XDocument
            .Load(Repository.GetPath("Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(item => item.Attribute("Include")!.Value, item => item.Attribute("Version")!.Value);
        var references = Directory
            .EnumerateFiles(Repository.GetPath("templates"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file => XDocument.Load(file).Descendants("PackageReference"))
            .Where(reference => !reference.Attribute("Include")!.Value.StartsWith("Notify.", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference =>
            Assert.Equal(versions[reference.Attribute("Include")!.Value], reference.Attribute("Version")!.Value)
        );
    }

    private Task RunNewAsync(params string[] arguments) =>
        PackedPackages.RunDotNetAsync(_folder.Path, ["new", .. arguments, "--debug:custom-hive", _folder.File("hive")]);

    // One build of all projects, which restores them together and runs the compilers at the same time.
    private async Task BuildAsync()
    {
        var projects = Directory
            .EnumerateFiles(_folder.Path, "*.csproj", SearchOption.AllDirectories)
            .Select(file => new XElement("Project", new XAttribute("Path", Path.GetRelativePath(_folder.Path, file))))
            .ToList();
        Assert.Equal(5, projects.Count);
        await File.WriteAllTextAsync(_folder.File("All.slnx"), new XElement("Solution", projects).ToString());
        await PackedPackages.RunDotNetAsync(
            _folder.Path,
            "build",
            "All.slnx",
            "-warnaserror",
            "-p:UseSharedCompilation=false",
            "--verbosity",
            "quiet"
        );
    }

    /// <summary>Runs a test project, which fails if one of its tests does.</summary>
    private Task<string> RunAsync(string solution, string project) =>
        PackedPackages.RunDotNetAsync(_folder.Path, Path.Combine(solution, project, Bin, $"{project}.dll"));

    private async Task TryApiAsync()
    {
        await using var server = Start(Path.Combine("Shop", "Shop"), "Shop", out var client);
        using var _ = client;
        await WaitUntilReadyAsync(server, client, "/notify/health/ready");

        using var answer = await client.PostAsJsonAsync("/orders/42/ship", new { email = "ada@example.org" });

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync("/notify/v1/sandbox/messages")).Contains("Order 42 is on its way"),
            "the message in the sandbox"
        );
    }

    private async Task TryHostAsync()
    {
        const string key = "a-key-of-the-platform-team";
        await using var server = Start("Notifications", "Notifications", out var client, "--Notify:ApiKey", key);
        using var _ = client;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await WaitUntilReadyAsync(server, client, "/health/ready");

        using var dashboard = await client.GetAsync(new Uri("/dashboard", UriKind.Relative));
        using var listed = await client.GetAsync(new Uri("/v1/notifications", UriKind.Relative));
        client.DefaultRequestHeaders.Authorization = null;
        using var refused = await client.GetAsync(new Uri("/v1/notifications", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, dashboard.StatusCode);
        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private ServerProcess Start(string project, string name, out HttpClient client, params string[] settings)
    {
        var folder = _folder.File(project);
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        client = new HttpClient { BaseAddress = new Uri(address) };
        string[] arguments = [Path.Combine(folder, Bin, $"{name}.dll"), "--urls", address, .. settings];
        return ServerProcess.Start("dotnet", arguments, folder: folder);
    }

    private static Task WaitUntilReadyAsync(ServerProcess server, HttpClient client, string path) =>
        Eventually.TrueAsync(
            async () =>
            {
                if (server.HasExited)
                    throw new InvalidOperationException($"The program ended: {server.Output}");
                try
                {
                    using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            $"{path} to answer"
        );
}
