using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Host.Tests.Deployment;

/// <summary>Finds references of manifests to others that do not exist: by name, by label, by port and by metric.</summary>
internal sealed partial class ManifestReferences
{
    private readonly IReadOnlyList<JsonNode> _manifests;
    private readonly HashSet<string> _existing;
    private readonly IReadOnlyList<Pods> _pods;
    private readonly List<string> _broken = [];

    private ManifestReferences(IReadOnlyList<JsonNode> manifests, IEnumerable<string> existing)
    {
        _manifests = manifests;
        _existing = [.. existing];
        _pods =
        [
            .. from manifest in manifests
            let kind = manifest.Text("kind")
            let template = kind == "Pod" ? manifest : manifest.At("spec", "template")
            where kind is "Deployment" or "Job" or "Pod"
            select new Pods(manifest, template.At("metadata", "labels")?.AsObject() ?? [], template.At("spec")!),
        ];
    }

    /// <summary>Returns what is wrong, one text for each reference; empty if every reference leads to something.</summary>
    /// <param name="manifests">All manifests of a release.</param>
    /// <param name="existing">The Secrets that the release does not contain, each as <c>name/key</c>.</param>
    public static IReadOnlyList<string> FindBroken(IReadOnlyList<JsonNode> manifests, params IEnumerable<string> existing)
    {
        var references = new ManifestReferences(manifests, existing);
        foreach (var pods in references._pods)
            references.CheckPods(pods);
        foreach (var manifest in manifests)
            references.Check(manifest);
        return references._broken;
    }

    public static string Describe(JsonNode manifest) => $"{manifest.Text("kind")}/{manifest.Text("metadata", "name")}";

    private void Check(JsonNode manifest)
    {
        switch (manifest.Text("kind"))
        {
            case "Service":
                var ports = manifest.Items("spec", "ports").Select(port => port.Text("targetPort"));
                CheckPorts(manifest, Select(manifest, manifest.At("spec", "selector")), ports);
                break;
            case "PodDisruptionBudget":
                Select(manifest, manifest.At("spec", "selector"));
                break;
            case "NetworkPolicy":
                CheckNetworkPolicy(manifest);
                break;
            case "HorizontalPodAutoscaler" or "ScaledObject":
                CheckScaler(manifest);
                break;
            case "Ingress":
                foreach (var path in manifest.Items("spec", "rules").SelectMany(rule => rule.Items("http", "paths")))
                    CheckService(manifest, path.At("backend", "service", "name"), path.At("backend", "service", "port", "name"));
                var served = manifest.Items("spec", "rules").Select(rule => rule.Text("host")).ToHashSet();
                foreach (var host in manifest.Items("spec", "tls").SelectMany(tls => tls.Items("hosts")))
                    Require(manifest, served.Contains($"{host}"), $"no rule for the TLS host {host}");
                break;
            case "HTTPRoute":
                foreach (var backend in manifest.Items("spec", "rules").SelectMany(rule => rule.Items("backendRefs")))
                    CheckService(manifest, backend.At("name"), backend.At("port"));
                break;
            case "PodMonitor":
                var monitored = manifest.Items("spec", "podMetricsEndpoints").Select(endpoint => endpoint.Text("port"));
                CheckPorts(manifest, Select(manifest, manifest.At("spec", "selector")), monitored);
                break;
            default:
                CheckTraffic(manifest);
                break;
        }
    }

    private void CheckPods(Pods pods)
    {
        var (owner, labels, spec) = pods;
        if (owner.At("spec", "selector") is { } selector)
            Require(owner, Matches(selector, labels), "the selector does not match the pods");
        foreach (var spread in spec.Items("topologySpreadConstraints"))
            Require(owner, Matches(spread.At("labelSelector")!, labels), "a spread constraint does not match the pods");
        if (spec.At("serviceAccountName") is { } account)
            Require(owner, Find("ServiceAccount", $"{account}") is not null, $"no ServiceAccount {account}");

        var volumes = spec.Items("volumes").Select(volume => volume.Text("name")).ToHashSet();
        foreach (var container in spec.Items("containers"))
        {
            foreach (var mount in container.Items("volumeMounts"))
                Require(owner, volumes.Contains(mount.Text("name")), $"no volume {mount.Text("name")}");
            foreach (var kind in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
            {
                if (container.At(kind, "httpGet", "port") is { } port)
                    CheckPorts(owner, [pods], [$"{port}"]);
            }

            var texts = container.Items("command").Concat(container.Items("args")).Select(text => $"{text}").ToList();
            foreach (var variable in container.Items("env"))
            {
                if (variable.At("valueFrom", "secretKeyRef") is { } secret)
                    CheckSecret(owner, secret.Text("name"), secret.Text("key"));
                texts.Add($"{variable.At("value")}");
            }

            foreach (var address in texts.SelectMany(text => ServiceAddress().Matches(text)))
                CheckService(owner, address.Groups[1].Value, int.Parse(address.Groups[2].Value, CultureInfo.InvariantCulture));
        }
    }

    private void CheckSecret(JsonNode owner, string name, string key)
    {
        var isThere = Find("Secret", name) is { } secret
            ? secret.At("data", key) is not null
            : _existing.Contains($"{name}/{key}");
        Require(owner, isThere, $"no key {key} in a Secret {name}");
    }

    private void CheckNetworkPolicy(JsonNode policy)
    {
        var pods = Select(policy, policy.At("spec", "podSelector"));
        foreach (var rule in policy.Items("spec", "ingress"))
        {
            CheckPorts(policy, pods, rule.Items("ports").Select(port => port.Text("port")));
            // Pods of other namespaces belong to other releases.
            foreach (var peer in rule.Items("from").Where(peer => peer.At("namespaceSelector") is null))
                Select(policy, peer.At("podSelector"));
        }
    }

    private void CheckScaler(JsonNode scaler)
    {
        var target = scaler.Text("spec", "scaleTargetRef", "name");
        Require(scaler, Find("Deployment", target) is not null, $"no Deployment {target}");
        var external = scaler
            .Items("spec", "metrics")
            .Select(metric => metric.At("external", "metric", "name"))
            .OfType<JsonNode>();
        foreach (var metric in external)
            Require(scaler, Adapted.Contains($"{metric}"), $"prometheus-adapter.yaml has no metric {metric}");
        var resources = scaler.Items("spec", "metrics").Select(metric => metric.At("resource", "name")).OfType<JsonNode>();
        var requests = _pods
            .Where(pods => pods.Owner.Text("metadata", "name") == target)
            .SelectMany(pods => pods.Spec.Items("containers"))
            .Select(container => container.At("resources", "requests"));
        // A percentage is one of what the container requests.
        foreach (var resource in resources)
            Require(scaler, requests.All(request => request?.At($"{resource}") is not null), $"{target} requests no {resource}");
    }

    private static HashSet<string> Adapted { get; } =
    [
        .. Yaml.Read(File.ReadAllText(ComposeFile.GetPath("samples/helm/prometheus-adapter.yaml")))
            .Single()
            .Items("rules", "external")
            .Select(rule => rule.Text("name", "as")),
    ];

    /// <summary>Checks that a Service exists and has a port with this name or number.</summary>
    private void CheckService(JsonNode owner, JsonNode? name, JsonNode? port)
    {
        var service = Find("Service", $"{name}");
        Require(owner, service is not null, $"no Service {name}");
        var ports = service?.Items("spec", "ports").SelectMany(item => new[] { $"{item.At("name")}", $"{item.At("port")}" });
        Require(owner, ports?.Contains($"{port}") ?? true, $"the Service {name} has no port {port}");
    }

    /// <summary>Checks that all containers of the pods together have ports with these names or numbers.</summary>
    private void CheckPorts(JsonNode owner, IReadOnlyList<Pods> pods, IEnumerable<string> wanted)
    {
        foreach (var port in wanted)
        {
            foreach (var missing in pods.Where(pod => !pod.Ports.Contains(port)))
                Require(owner, false, $"{Describe(missing.Owner)} has no port {port}");
        }
    }

    /// <summary>Returns the pods that a selector matches, and notes if there are none.</summary>
    private List<Pods> Select(JsonNode owner, JsonNode? selector)
    {
        var pods = _pods.Where(pods => Matches(selector!, pods.Labels)).ToList();
        Require(owner, pods.Count > 0, $"no pod has the labels {selector?.ToJsonString()}");
        return pods;
    }

    private void Require(JsonNode owner, bool isMet, string finding)
    {
        if (!isMet)
            _broken.Add($"{Describe(owner)}: {finding}");
    }

    private JsonNode? Find(string kind, string name) =>
        _manifests.FirstOrDefault(manifest => manifest.Text("kind") == kind && manifest.Text("metadata", "name") == name);

    private static bool Matches(JsonNode selector, JsonObject labels) =>
        (selector.At("matchLabels") ?? selector).AsObject().All(label => $"{labels[label.Key]}" == $"{label.Value}");

    [GeneratedRegex(@"http://(shop-[a-z-]+):(\d+)")]
    private static partial Regex ServiceAddress();

    /// <summary>The pods of one workload.</summary>
    private sealed record Pods(JsonNode Owner, JsonObject Labels, JsonNode Spec)
    {
        public IEnumerable<string> Ports =>
            Spec.Items("containers")
                .SelectMany(container => container.Items("ports"))
                .SelectMany(port => new[] { $"{port.At("name")}", $"{port.At("containerPort")}" });
    }
}
