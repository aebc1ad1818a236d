using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Host.Tests.Deployment;

/// <summary>Tests that the manifests of every values file are valid, and that their references lead to each other.</summary>
public sealed class ReferenceTests
{
    private const string Istio = "values-istio.yaml";
    private const string Linkerd = "values-linkerd.yaml";

    private static readonly (string Kind, string Path, string Value, string Finding)[] Changes =
    [
        ("Deployment", "spec/template/spec/containers/0/ports/0/containerPort", "\"http\"", "must be integer"),
        ("Deployment", "spec/template/spec/containers/0/imagePolicy", "\"Always\"", "'\"imagePolicy\"' does not exist"),
        ("HorizontalPodAutoscaler", "spec/maxReplicas", "null", "maxReplicas"),
        ("Service", "apiVersion", "\"v2\"", "no schema for v2 Service"),
    ];

    // No package has these. They were checked by hand (docs/how-to/install-the-engines.md).
    private static readonly string[] WithoutSchema =
    [
        "k8gb.io/v1beta1 Gslb",
        "linkerd.io/v1alpha2 ServiceProfile",
        "policy.linkerd.io/v1alpha1 AuthorizationPolicy",
        "policy.linkerd.io/v1alpha1 MeshTLSAuthentication",
        "policy.linkerd.io/v1alpha1 NetworkAuthentication",
        "policy.linkerd.io/v1beta3 Server",
    ];

    // One run of the validator takes seconds, so all tests share it.
    private static readonly Lazy<Task<string[]>> Findings = new(ValidateAsync);

    [Fact]
    public async Task Helm_lint_finds_nothing_with_any_values_file()
    {
        var findings = await Task.WhenAll(Renderings.Files.Select(file => Helm.LintAsync("helm/notify", file)));

        Assert.True(findings.Length > 6);
        Assert.All(findings, finding => Assert.Contains("0 chart(s) failed", finding, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kubernetes_and_the_operators_accept_every_rendering()
    {
        var findings = (await Findings.Value)
            .Where(finding => !finding.StartsWith("change ", StringComparison.Ordinal))
            .ToArray();

        var unknown = findings.Where(finding => finding.Contains(": no schema for ", StringComparison.Ordinal)).ToArray();
        Assert.Empty(findings.Except(unknown));
        Assert.Equal(
            WithoutSchema,
            unknown.Select(finding => finding.Split(": no schema for ")[1]).Distinct().Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task What_they_would_refuse_is_found()
    {
        var findings = string.Join('\n', await Findings.Value);

        Assert.All(Changes.Index(), change =>
            Assert.Matches($"change {change.Index} {change.Item.Kind}/.*{Regex.Escape(change.Item.Finding)}", findings)
        );
    }

    [Fact]
    public async Task Every_reference_leads_to_something_in_every_rendering() =>
        Assert.All(await Renderings.GetAsync(), rendering =>
            Assert.Empty(ManifestReferences.FindBroken(rendering.Manifests, rendering.ExistingSecrets))
        );

    [Theory]
    [InlineData("Deployment", "spec/template/metadata/labels/app.kubernetes.io~1component", "the selector does not match")]
    [InlineData("Deployment", "spec/template/spec/serviceAccountName", "no ServiceAccount other")]
    [InlineData("Deployment", "spec/template/spec/containers/0/volumeMounts/0/name", "no volume other")]
    [InlineData("Deployment", "spec/template/spec/containers/0/readinessProbe/httpGet/port", "has no port other")]
    [InlineData("Deployment", "spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/key", "no key other in a Secret")]
    [InlineData("Service", "spec/selector/app.kubernetes.io~1component", "no pod has the labels")]
    [InlineData("Service", "spec/ports/0/targetPort", "has no port other")]
    [InlineData("Service", "spec/ports/0/name", "has no port http")]
    [InlineData("Service", "metadata/name", "no Service shop-notify-gateway")]
    [InlineData("PodDisruptionBudget", "spec/selector/matchLabels/app.kubernetes.io~1component", "no pod has the labels")]
    [InlineData("NetworkPolicy", "spec/ingress/0/ports/0/port", "has no port other")]
    [InlineData("NetworkPolicy", "spec/podSelector/matchLabels/app.kubernetes.io~1component", "no pod has the labels")]
    [InlineData("HorizontalPodAutoscaler", "spec/scaleTargetRef/name", "no Deployment other")]
    [InlineData("HorizontalPodAutoscaler", "spec/metrics/2/external/metric/name", "has no metric other")]
    [InlineData("Ingress", "spec/tls/0/hosts/0", "no rule for the TLS host other")]
    [InlineData("PodMonitor", "spec/podMetricsEndpoints/0/port", "has no port other")]
    [InlineData("PeerAuthentication", "spec/selector/matchLabels/app.kubernetes.io~1name", "no pod has", Istio)]
    [InlineData("AuthorizationPolicy", "spec/rules/0/to/0/operation/ports/0", "has no port other", Istio)]
    [InlineData("AuthorizationPolicy", "spec/rules/0/from/0/source/principals/0", "no ServiceAccount other", Istio, "auth")]
    [InlineData("DestinationRule", "spec/host", "other is not in the cluster", Istio, "auth")]
    [InlineData("VirtualService", "spec/http/0/route/0/destination/port/number", "has no port other", Istio, "auth")]
    [InlineData("Server", "spec/port", "has no port other", Linkerd)]
    [InlineData("AuthorizationPolicy", "spec/targetRef/name", "no Server other", Linkerd)]
    [InlineData(
        "AuthorizationPolicy",
        "spec/requiredAuthenticationRefs/0/name",
        "no MeshTLSAuthentication other",
        Linkerd,
        "auth"
    )]
    [InlineData("MeshTLSAuthentication", "spec/identityRefs/0/name", "no ServiceAccount other", Linkerd)]
    [InlineData("ServiceProfile", "metadata/name", "other is not in the cluster", "linkerd-budget", "auth")]
    [InlineData("Gslb", "spec/resourceRef/name", "no HTTPRoute other", "route")]
    public async Task A_reference_that_leads_nowhere_is_found(
        string kind,
        string path,
        string finding,
        string file = "values-production.yaml",
        string role = "gateway"
    )
    {
        var rendering = (await Renderings.GetAsync()).Single(rendering => rendering.Name == file);
        JsonNode[] manifests = [.. rendering.Manifests.Select(manifest => manifest.DeepClone())];
        var changed = manifests.First(manifest =>
            manifest.Text("kind") == kind && (RenderedRole.GetName(manifest) ?? role) == role
        );
        Set(changed, path, "\"other\"");

        var broken = ManifestReferences.FindBroken(manifests, rendering.ExistingSecrets);

        Assert.Contains(broken, text => text.Contains(finding, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_guard_permits_exactly_the_calls_that_roles_make()
    {
        // The arrows of the architecture between roles, and that to the figures. All others lead to engines.
        string[] expected = ["gateway > analytics", "gateway > auth", "gateway > devices", "gateway > notifications"];
        var renderings = (await Renderings.GetAsync()).ToDictionary(
            rendering => rendering.Name,
            rendering => rendering.Manifests
        );

        Assert.All(renderings.Values, manifests => Assert.Equal(expected, Arrows.FromAddresses(manifests)));
        Assert.Equal(expected, Arrows.FromNetworkPolicies(renderings["values-production.yaml"]));
        Assert.Equal(expected, Arrows.FromIstio(renderings[Istio]));
        Assert.Equal(expected, Arrows.FromLinkerd(renderings[Linkerd]));
    }

    /// <summary>Validates all renderings, and each change to one of them.</summary>
    private static async Task<string[]> ValidateAsync()
    {
        var renderings = await Renderings.GetAsync();
        var manifests = renderings.Single(rendering => rendering.Name == "values.yaml").Manifests;
        var changed = Changes.Select(
            (change, index) =>
            {
                var manifest = manifests.First(manifest => manifest.Text("kind") == change.Kind).DeepClone();
                Set(manifest, change.Path, change.Value);
                return ($"change {index}", manifest);
            }
        );
        var rendered = renderings.SelectMany(rendering => rendering.Manifests.Select(manifest => (rendering.Name, manifest)));
        return (await Schemas.CheckAsync(rendered.Concat(changed))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Replaces the value at a path of members and indices. In a member, <c>~1</c> stands for a slash.</summary>
    private static void Set(JsonNode manifest, string path, string value)
    {
        string[] steps = [.. path.Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal))];
        var parent = manifest.At(steps[..^1])!;
        if (parent is JsonArray items)
            items[int.Parse(steps[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        else
            parent[steps[^1]] = JsonNode.Parse(value);
    }
}
