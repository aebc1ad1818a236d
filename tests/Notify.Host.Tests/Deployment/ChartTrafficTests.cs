using System.Text.Json.Nodes;

namespace Notify.Host.Tests.Deployment;

/// <summary>Tests who may reach whom in the rendered manifests, and what scales and monitors the roles.</summary>
public sealed class ChartTrafficTests
{
    private static readonly string[] WithEndpoints = ["analytics", "auth", "devices", "notifications"];

    [Fact]
    public async Task Only_the_gateway_reaches_roles_with_endpoints_and_nothing_reaches_workers()
    {
        var manifests = await Helm.TemplateAsync();
        var roles = RenderedRole.Names.Select(name => new RenderedRole(manifests, name)).ToArray();

        var gateway = Labels(roles.Single(role => role.Name == "gateway").GetManifest("Deployment"));
        Assert.All(roles, role =>
        {
            var rules = role.GetManifest("NetworkPolicy").At("spec", "ingress")!.AsArray();
            Assert.All(rules, rule => role.Port(rule!.Text("ports", "0", "port")));
            var http = rules.SingleOrDefault(rule => rule!.Text("ports", "0", "port") == "http");
            if (role.Name == "gateway")
                Assert.Null(http!.At("from"));
            else if (WithEndpoints.Contains(role.Name))
                Assert.True(Matches(http!.At("from", "0", "podSelector", "matchLabels")!, gateway));
            else
                Assert.Null(http);
        });
    }

    [Fact]
    public async Task The_gateway_forwards_to_the_services_of_the_roles_that_are_enabled()
    {
        var manifests = await Helm.TemplateAsync(new { roles = new { analytics = new { enabled = false } } });

        var environment = new RenderedRole(manifests, "gateway").Container.At("env")!.AsArray();
        var addresses = environment
            .Where(variable => variable!.Text("name").StartsWith("Notify__Gateway__", StringComparison.Ordinal))
            .Select(variable => (Feature: variable!.Text("name").Split("__")[^1], Address: new Uri(variable!.Text("value"))))
            .ToArray();
        Assert.Equal(["Authentication", "Devices", "Notifications"], addresses.Select(address => address.Feature).Order());
        Assert.All(addresses, address =>
        {
            var service = Find(manifests, "Service", address.Address.Host)!;
            Assert.Equal($"{address.Address.Port}", service.Text("spec", "ports", "0", "port"));
        });
    }

    [Fact]
    public async Task A_route_leads_to_the_gateway()
    {
        var manifests = await Helm.TemplateAsync(
            new
            {
                route = new
                {
                    enabled = true,
                    parentRefs = new[] { new { name = "public" } },
                    hostnames = new[] { "notify.example.org" },
                },
            }
        );

        var route = manifests.Single(manifest => manifest.Text("kind") == "HTTPRoute");
        var backend = route.At("spec", "rules", "0", "backendRefs", "0")!;
        Assert.Equal("public", route.Text("spec", "parentRefs", "0", "name"));
        Assert.Equal(Find(manifests, "Service", backend.Text("name"))!.Text("spec", "ports", "0", "port"), backend.Text("port"));
    }

    [Fact]
    public async Task Keda_scales_each_role_by_the_queue_and_delivery_also_by_the_lag()
    {
        var manifests = await Helm.TemplateAsync(
            new
            {
                kafka = new { bootstrapServers = "kafka:9092" },
                defaults = new { autoscaling = new { kind = "keda", minReplicas = 1 } },
            }
        );

        Assert.DoesNotContain(manifests, manifest => manifest.Text("kind") == "HorizontalPodAutoscaler");
        Assert.All(RenderedRole.Names.Select(name => new RenderedRole(manifests, name)), role =>
        {
            var spec = role.GetManifest("ScaledObject").At("spec")!;
            var triggers = spec.At("triggers")!.AsArray();
            Assert.Equal(role.GetManifest("Deployment").Text("metadata", "name"), spec.Text("scaleTargetRef", "name"));
            Assert.Equal("1", spec.Text("minReplicaCount"));
            var depth = triggers.Single(trigger => trigger!.Text("type") == "prometheus")!;
            Assert.Contains("notify_queue_depth{namespace=\"", depth.Text("metadata", "query"), StringComparison.Ordinal);
            Assert.Equal(role.Name == "delivery", triggers.Any(trigger => trigger!.Text("type") == "kafka"));
        });
    }

    [Fact]
    public async Task Rules_and_dashboards_of_the_sample_are_installed_on_request()
    {
        var without = await Helm.TemplateAsync();
        var with = await Helm.TemplateAsync(
            new
            {
                monitoring = new
                {
                    podMonitor = true,
                    rules = true,
                    dashboards = true,
                },
            }
        );

        Assert.DoesNotContain(without, manifest => manifest.Text("kind") is "PodMonitor" or "PrometheusRule" or "ConfigMap");
        var monitor = with.Single(manifest => manifest.Text("kind") == "PodMonitor").At("spec")!;
        Assert.All(RenderedRole.Names.Select(name => new RenderedRole(with, name)), role =>
        {
            Assert.True(Matches(monitor.At("selector", "matchLabels")!, Labels(role.GetManifest("Deployment"))));
            role.Port(monitor.Text("podMetricsEndpoints", "0", "port"));
        });
        var alerts = with.Where(manifest => manifest.Text("kind") == "PrometheusRule")
            .SelectMany(rule => rule.At("spec", "groups")!.AsArray())
            .SelectMany(group => group!.At("rules")!.AsArray())
            .Select(rule => rule!.At("alert")?.ToString());
        Assert.Contains("NotifyCircuitOpen", alerts);
        var dashboards = with.Where(manifest => manifest.Text("kind") == "ConfigMap").ToArray();
        Assert.Equal(
            Directory.EnumerateFiles(ComposeFile.GetPath("samples/monitoring/grafana"), "*.json").Count(),
            dashboards.Length
        );
        Assert.All(dashboards, map => JsonNode.Parse(map.At("data")!.AsObject().Single().Value!.ToString()));
    }

    private static JsonNode? Find(IReadOnlyList<JsonNode> manifests, string kind, string name) =>
        manifests.SingleOrDefault(manifest => manifest.Text("kind") == kind && manifest.Text("metadata", "name") == name);

    private static JsonObject Labels(JsonNode deployment) => deployment.At("spec", "template", "metadata", "labels")!.AsObject();

    private static bool Matches(JsonNode selector, JsonObject labels) =>
        selector.AsObject().All(label => $"{labels[label.Key]}" == $"{label.Value}");
}
