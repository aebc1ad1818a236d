using System.Text.Json.Nodes;

namespace Notify.Host.Tests.Deployment;

/// <content>The objects of service meshes and of global load balancing.</content>
internal sealed partial class ManifestReferences
{
    private void CheckTraffic(JsonNode manifest)
    {
        switch ($"{manifest.Text("apiVersion").Split('/')[0]} {manifest.Text("kind")}")
        {
            case "security.istio.io PeerAuthentication":
                var ports = manifest.At("spec", "portLevelMtls")!.AsObject().Select(port => port.Key);
                CheckPorts(manifest, Select(manifest, manifest.At("spec", "selector")), ports);
                break;
            case "security.istio.io AuthorizationPolicy":
                CheckIstioAuthorization(manifest);
                break;
            case "networking.istio.io DestinationRule":
                CheckHost(manifest, manifest.Text("spec", "host"), null);
                break;
            case "networking.istio.io VirtualService":
                foreach (var host in manifest.Items("spec", "hosts"))
                    CheckHost(manifest, $"{host}", null);
                foreach (var route in manifest.Items("spec", "http").SelectMany(http => http.Items("route")))
                    CheckHost(manifest, route.Text("destination", "host"), route.At("destination", "port", "number"));
                break;
            case "policy.linkerd.io Server":
                CheckPorts(manifest, Select(manifest, manifest.At("spec", "podSelector")), [manifest.Text("spec", "port")]);
                break;
            case "policy.linkerd.io AuthorizationPolicy":
                foreach (
                    var reference in manifest
                        .Items("spec", "requiredAuthenticationRefs")
                        .Append(manifest.At("spec", "targetRef")!)
                )
                    CheckExists(manifest, reference.Text("kind"), reference.Text("name"));
                break;
            case "policy.linkerd.io MeshTLSAuthentication":
                foreach (var reference in manifest.Items("spec", "identityRefs"))
                    CheckExists(manifest, reference.Text("kind"), reference.Text("name"));
                break;
            case "linkerd.io ServiceProfile":
                CheckHost(manifest, manifest.Text("metadata", "name"), null);
                break;
            case "k8gb.io Gslb":
                CheckExists(manifest, manifest.Text("spec", "resourceRef", "kind"), manifest.Text("spec", "resourceRef", "name"));
                break;
            default:
                break;
        }
    }

    private void CheckIstioAuthorization(JsonNode policy)
    {
        var pods = Select(policy, policy.At("spec", "selector"));
        foreach (var rule in policy.Items("spec", "rules"))
        {
            var ports = rule.Items("to").SelectMany(to => to.Items("operation", "ports")).Select(port => $"{port}");
            CheckPorts(policy, pods, ports);
            foreach (var principal in rule.Items("from").SelectMany(from => from.Items("source", "principals")))
                CheckExists(policy, "ServiceAccount", $"{principal}".Split('/')[^1]);
        }
    }

    private void CheckExists(JsonNode owner, string kind, string name) =>
        Require(owner, Find(kind, name) is not null, $"no {kind} {name}");

    /// <summary>Checks that a full DNS name is that of a Service, with this port if it is given.</summary>
    private void CheckHost(JsonNode owner, string host, JsonNode? port)
    {
        Require(owner, host.EndsWith(".default.svc.cluster.local", StringComparison.Ordinal), $"{host} is not in the cluster");
        CheckService(owner, host.Split('.')[0], port ?? "http");
    }
}
