using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Host.Tests.Deployment;

/// <summary>A role in a rendered chart: its Deployment, interpreted as Kubernetes would.</summary>
internal sealed partial class RenderedRole(IReadOnlyList<JsonNode> manifests, string role)
{
    public static IReadOnlyList<string> Names { get; } =
    ["analytics", "auth", "batch", "delivery", "devices", "gateway", "notifications", "processor", "retry"];

    public string Name => role;

    /// <summary>Returns the role that an object belongs to, or null if it belongs to all roles.</summary>
    public static string? GetName(JsonNode manifest) =>
        manifest.At("metadata", "labels", "app.kubernetes.io/component")?.ToString();

    public JsonNode Pod => GetManifest("Deployment").At("spec", "template")!;

    public JsonNode Container => Pod.At("spec", "containers", "0")!;

    /// <summary>Returns the role's only object of a kind.</summary>
    public JsonNode GetManifest(string kind) =>
        manifests.Single(manifest => manifest.Text("kind") == kind && GetName(manifest) == role);

    /// <summary>Returns the number of a named port of the container.</summary>
    public int Port(string name)
    {
        var port = Container.At("ports")!.AsArray().Single(port => port!.Text("name") == name)!;
        return int.Parse(port.Text("containerPort"), CultureInfo.InvariantCulture);
    }

    public Uri Probe(string kind) =>
        new($"http://127.0.0.1:{Port(Container.Text(kind, "httpGet", "port"))}{Container.Text(kind, "httpGet", "path")}");

    /// <summary>
    /// Returns the environment of the container, with the values of secrets inserted, each $(NAME) replaced, and the address of
    /// each Service replaced by that of its container on this machine.
    /// </summary>
    public Dictionary<string, string> Environment() => ReadEnvironment(manifests, Container);

    /// <summary>Returns the environment of any container in the same way.</summary>
    public static Dictionary<string, string> ReadEnvironment(IReadOnlyList<JsonNode> manifests, JsonNode container)
    {
        var environment = new Dictionary<string, string>();
        foreach (var variable in container.Items("env"))
        {
            var value = variable.At("value")?.ToString()
                ?? variable.At("valueFrom") switch
                {
                    { } from when from.At("secretKeyRef") is { } secret => Secret(
                        manifests,
                        secret.Text("name"),
                        secret.Text("key")
                    ),
                    _ => "pod-0",
                };
            value = Reference().Replace(value, found => environment.GetValueOrDefault(found.Groups[1].Value, found.Value));
            environment[variable.Text("name")] = ServiceAddress()
                .Replace(value, found => GetLocalAddress(manifests, found.Groups[1].Value));
        }

        return environment;
    }

    private static string GetLocalAddress(IReadOnlyList<JsonNode> manifests, string service)
    {
        var found = manifests.Single(manifest =>
            manifest.Text("kind") == "Service" && manifest.Text("metadata", "name") == service
        );
        return $"http://127.0.0.1:{new RenderedRole(manifests, GetName(found)!).Port("http")}";
    }

    private static string Secret(IReadOnlyList<JsonNode> manifests, string name, string key)
    {
        var secret = manifests.Single(manifest => manifest.Text("kind") == "Secret" && manifest.Text("metadata", "name") == name);
        return Encoding.UTF8.GetString(Convert.FromBase64String(secret.Text("data", key)));
    }

    [GeneratedRegex(@"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"http://(shop-notify-[a-z]+):80\b")]
    private static partial Regex ServiceAddress();
}
