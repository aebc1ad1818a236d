using System.Text.Json.Nodes;

namespace Notify.Host.Tests.Deployment;

/// <summary>One rendering of the application's chart.</summary>
/// <param name="Name">The values file, or the variant.</param>
/// <param name="Manifests">The manifests.</param>
/// <param name="ExistingSecrets">The Secrets that the values refer to, each as <c>name/key</c>.</param>
internal sealed record Rendering(string Name, IReadOnlyList<JsonNode> Manifests, IReadOnlyList<string> ExistingSecrets);

/// <summary>
/// The renderings of the application's chart with each of its values files, and of what no values file switches on.
/// </summary>
internal static class Renderings
{
    private static readonly Lazy<Task<Rendering[]>> Rendered = new(RenderAsync);

    /// <summary>The values files of the chart, by their full paths.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [.. Directory.EnumerateFiles(ComposeFile.GetPath("samples/helm/notify"), "values*.yaml").Order(StringComparer.Ordinal)];

    private static (string Name, string Values)[] Variants { get; } =
    [
        ("keda", "{ kafka: { bootstrapServers: 'kafka:9092' }, defaults: { autoscaling: { kind: keda } } }"),
        (
            "external-dns",
            "{ globalLoadBalancing: { kind: external-dns, region: eu }, ingress: { enabled: true, hosts: [n.example.org] } }"
        ),
        ("linkerd-budget", "{ serviceMesh: { kind: linkerd, retryBudget: { enabled: true } } }"),
        ("mongodb", "{ postgresql: { connectionString: '' }, mongodb: { connectionString: 'mongodb://mongodb/notify' } }"),
        (
            "route",
            "{ globalLoadBalancing: { kind: k8gb }, route: { enabled: true, parentRefs: [{ name: a }], hostnames: [n.org] } }"
        ),
        ("secrets", "{ secrets: { Notify__ApiKey: { value: a-key }, POSTGRESQL_PASSWORD: { value: a-password } } }"),
    ];

    public static Task<Rendering[]> GetAsync() => Rendered.Value;

    private static async Task<Rendering[]> RenderAsync()
    {
        var files = Files.Select(file => (Name: Path.GetFileName(file), Values: File.ReadAllText(file)));
        return await Task.WhenAll(
            files
                .Concat(Variants)
                .Select(async item =>
                {
                    var values = Yaml.Read(item.Values).Single();
                    return new Rendering(item.Name, await Helm.TemplateAsync(values), [.. ReadExistingSecrets(values)]);
                })
        );
    }

    private static IEnumerable<string> ReadExistingSecrets(JsonNode values) =>
        from secret in values.At("secrets")?.AsObject() ?? []
        where secret.Value?.At("existingSecret") is not null
        select $"{secret.Value.Text("existingSecret")}/{secret.Value.Text("key")}";
}
