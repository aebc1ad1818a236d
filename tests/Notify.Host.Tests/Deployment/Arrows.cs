using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Host.Tests.Deployment;

/// <summary>
/// The calls between roles, each as <c>caller > called</c>: those that the roles make, and those that each guard permits.
/// </summary>
internal static partial class Arrows
{
    /// <summary>Returns the calls that roles make, by the addresses in their environments.</summary>
    public static string[] FromAddresses(IReadOnlyList<JsonNode> manifests) =>
        Sort(
            from deployment in Select(manifests, "apps/v1", "Deployment")
            from variable in deployment.Items("spec", "template", "spec", "containers", "0", "env")
            from address in Address().Matches($"{variable.At("value")}")
            let service = manifests.Single(manifest => ManifestReferences.Describe(manifest) == $"Service/{address.Groups[1]}")
            select $"{RenderedRole.GetName(deployment)} > {service.Text("spec", "selector", "app.kubernetes.io/component")}"
        );

    /// <summary>Returns the calls at the port <c>http</c> that the NetworkPolicies permit to pods of the release.</summary>
    public static string[] FromNetworkPolicies(IReadOnlyList<JsonNode> manifests) =>
        Sort(
            from policy in Select(manifests, "networking.k8s.io/v1", "NetworkPolicy")
            from rule in policy.Items("spec", "ingress")
            from peer in rule.Items("from")
            where peer.At("namespaceSelector") is null
            let caller = peer.Text("podSelector", "matchLabels", "app.kubernetes.io/component")
            select $"{caller} > {policy.Text("spec", "podSelector", "matchLabels", "app.kubernetes.io/component")}"
        );

    public static string[] FromIstio(IReadOnlyList<JsonNode> manifests) =>
        Sort(
            from policy in Select(manifests, "security.istio.io/v1", "AuthorizationPolicy")
            where policy.Text("spec", "action") == "ALLOW"
            from principal in policy
                .Items("spec", "rules")
                .SelectMany(rule => rule.Items("from"))
                .SelectMany(peer => peer.Items("source", "principals"))
            let called = policy.Text("spec", "selector", "matchLabels", "app.kubernetes.io/component")
            select $"{GetRole(manifests, $"{principal}".Split('/')[^1])} > {called}"
        );

    public static string[] FromLinkerd(IReadOnlyList<JsonNode> manifests) =>
        Sort(
            from policy in Select(manifests, "policy.linkerd.io/v1alpha1", "AuthorizationPolicy")
            from reference in policy.Items("spec", "requiredAuthenticationRefs")
            where reference.Text("kind") == "MeshTLSAuthentication"
            let server = Find(manifests, "Server", policy.Text("spec", "targetRef", "name"))
            from identity in Find(manifests, "MeshTLSAuthentication", reference.Text("name")).Items("spec", "identityRefs")
            let called = server.Text("spec", "podSelector", "matchLabels", "app.kubernetes.io/component")
            select $"{GetRole(manifests, identity.Text("name"))} > {called}"
        );

    /// <summary>Returns the only role whose pods run as an account.</summary>
    private static string? GetRole(IReadOnlyList<JsonNode> manifests, string account) =>
        RenderedRole.GetName(
            Select(manifests, "apps/v1", "Deployment")
                .Single(deployment => deployment.Text("spec", "template", "spec", "serviceAccountName") == account)
        );

    private static IEnumerable<JsonNode> Select(IReadOnlyList<JsonNode> manifests, string apiVersion, string kind) =>
        manifests.Where(manifest => manifest.Text("apiVersion") == apiVersion && manifest.Text("kind") == kind);

    private static JsonNode Find(IReadOnlyList<JsonNode> manifests, string kind, string name) =>
        manifests.Single(manifest => ManifestReferences.Describe(manifest) == $"{kind}/{name}");

    private static string[] Sort(IEnumerable<string> arrows) => [.. arrows.Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^http://([a-z-]+):\d+$")]
    private static partial Regex Address();
}
