namespace Notify.Host.Tests.Deployment;

/// <summary>Tests the manifests that the Helm chart renders.</summary>
public sealed class ChartTests
{
    [Fact]
    public async Task Every_role_has_a_disruption_budget_an_autoscaler_and_a_restricted_pod()
    {
        var manifests = await Helm.TemplateAsync(new { drainTimeoutSeconds = 90 });

        var deployments = manifests.Where(manifest => manifest.Text("kind") == "Deployment");
        Assert.Equal(RenderedRole.Names, deployments.Select(RenderedRole.GetName).Order(StringComparer.Ordinal));
        Assert.All(RenderedRole.Names.Select(name => new RenderedRole(manifests, name)), role =>
        {
            var labels = role.Pod.At("metadata", "labels")!.AsObject();
            Assert.All(
                new[]
                {
                    role.GetManifest("Service").At("spec", "selector")!,
                    role.GetManifest("PodDisruptionBudget").At("spec", "selector", "matchLabels")!,
                    role.GetManifest("Deployment").At("spec", "selector", "matchLabels")!,
                },
                selector => Assert.All(selector.AsObject(), label => Assert.Equal($"{label.Value}", $"{labels[label.Key]}"))
            );
            Assert.Equal("http", role.GetManifest("Service").Text("spec", "ports", "0", "targetPort"));
            Assert.Equal("1", role.GetManifest("PodDisruptionBudget").Text("spec", "maxUnavailable"));

            Assert.Equal("true", role.Pod.Text("spec", "securityContext", "runAsNonRoot"));
            Assert.Equal("true", role.Container.Text("securityContext", "readOnlyRootFilesystem"));
            Assert.Equal("ALL", role.Container.Text("securityContext", "capabilities", "drop", "0"));
            Assert.NotNull(role.Container.At("resources", "limits", "memory"));
            Assert.Equal(2, role.Pod.At("spec", "topologySpreadConstraints")!.AsArray().Count);
            Assert.Equal("115", role.Pod.Text("spec", "terminationGracePeriodSeconds"));
            Assert.Equal("00:01:30", role.Environment()["Notify__DrainTimeout"]);
            Assert.Equal("100", role.Environment()["DOTNET_shutdownTimeoutSeconds"]);
        });
    }

    [Fact]
    public async Task Every_role_scales_by_the_metric_in_the_architecture()
    {
        var manifests = await Helm.TemplateAsync();

        Assert.All(RenderedRole.Names.Select(name => new RenderedRole(manifests, name)), role =>
        {
            var scaler = role.GetManifest("HorizontalPodAutoscaler").At("spec")!;
            Assert.Equal(role.GetManifest("Deployment").Text("metadata", "name"), scaler.Text("scaleTargetRef", "name"));
            Assert.Equal(("3", "20"), (scaler.Text("minReplicas"), scaler.Text("maxReplicas")));
            var cpu = scaler.At("metrics", "0", "resource")!;
            var memory = scaler.At("metrics", "1", "resource")!;
            var depth = scaler.At("metrics", "2", "external")!;
            Assert.Equal(("cpu", "70"), (cpu.Text("name"), cpu.Text("target", "averageUtilization")));
            Assert.Equal(("memory", "80"), (memory.Text("name"), memory.Text("target", "averageUtilization")));
            Assert.Equal(("queue_depth", "1000"), (depth.Text("metric", "name"), depth.Text("target", "averageValue")));
        });
    }

    [Fact]
    public async Task A_role_can_override_shared_values_and_can_be_disabled()
    {
        var manifests = await Helm.TemplateAsync(
            new
            {
                roles = new
                {
                    gateway = new
                    {
                        autoscaling = new { queueDepth = 0, maxReplicas = 5 },
                        service = new { type = "LoadBalancer" },
                    },
                    batch = new { autoscaling = new { enabled = false }, replicas = 1 },
                    retry = new { enabled = false },
                },
            }
        );

        var gateway = new RenderedRole(manifests, "gateway");
        var scaler = gateway.GetManifest("HorizontalPodAutoscaler").At("spec")!;
        Assert.Equal(("5", 2), (scaler.Text("maxReplicas"), scaler.At("metrics")!.AsArray().Count));
        Assert.Equal("LoadBalancer", gateway.GetManifest("Service").Text("spec", "type"));
        Assert.Equal("1", new RenderedRole(manifests, "batch").GetManifest("Deployment").Text("spec", "replicas"));
        Assert.Null(new RenderedRole(manifests, "delivery").GetManifest("Deployment").At("spec", "replicas"));
        Assert.DoesNotContain(manifests, manifest => RenderedRole.GetName(manifest) == "retry");
        Assert.DoesNotContain(manifests, manifest =>
            manifest.Text("kind") == "HorizontalPodAutoscaler" && RenderedRole.GetName(manifest) == "batch"
        );
    }

    [Fact]
    public async Task Settings_become_environment_variables_and_secrets_stay_in_a_Secret()
    {
        var manifests = await Helm.TemplateAsync(
            new
            {
                postgresql = new { connectionString = "Host=db;Password=$(POSTGRESQL_PASSWORD)" },
                secrets = new Dictionary<string, object>
                {
                    ["Notify__ApiKey"] = new { value = "an-api-key" },
                    ["POSTGRESQL_PASSWORD"] = new { value = "pass$word;1" },
                    ["Notify__Providers__mail__Password"] = new { existingSecret = "smtp", key = "password" },
                },
                settings = new
                {
                    MaxRecipients = 10_000,
                    Providers = new
                    {
                        mail = new
                        {
                            Type = "smtp",
                            UseTls = false,
                            MaxPerSecond = 0.5,
                        },
                    },
                    Channels = new { email = new { Providers = new[] { "mail", "spare" } } },
                },
                telemetry = new { otlpEndpoint = "http://collector:4317" },
            }
        );

        var existing = Yaml.Read("{kind: Secret, metadata: {name: smtp}, data: {password: c2VjcmV0}}");
        var environment = new RenderedRole([.. manifests, .. existing], "delivery").Environment();
        (string, string)[] expected =
        [
            ("Notify__PostgreSql", "Host=db;Password=pass$word;1"),
            ("Notify__ApiKey", "an-api-key"),
            ("Notify__MaxRecipients", "10000"),
            ("Notify__Providers__mail__Password", "secret"),
            ("Notify__Providers__mail__Type", "smtp"),
            ("Notify__Providers__mail__UseTls", "false"),
            ("Notify__Providers__mail__MaxPerSecond", "0.5"),
            ("Notify__Channels__email__Providers__1", "spare"),
            ("OTEL_SERVICE_NAME", "shop-notify-delivery"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"),
        ];
        Assert.All(expected, variable => Assert.Equal(variable.Item2, environment[variable.Item1]));
        Assert.All(manifests.Where(manifest => manifest.Text("kind") != "Secret"), manifest =>
            Assert.DoesNotMatch("an-api-key|pass.word", manifest.ToJsonString())
        );
    }

    [Fact]
    public async Task The_checksum_of_the_secrets_is_keyed_and_the_same_in_all_pods()
    {
        var secrets = new { secrets = new { Notify__ApiKey = new { value = "a-weak-api-key-1" } } };
        var first = ReadChecksums(await Helm.TemplateAsync(secrets));
        var second = ReadChecksums(await Helm.TemplateAsync(secrets));

        Assert.Single(first.Distinct());
        Assert.Single(second.Distinct());
        Assert.NotEqual(first[0], second[0]);

        static string[] ReadChecksums(IReadOnlyList<System.Text.Json.Nodes.JsonNode> manifests) =>
            [
                .. manifests
                    .Where(manifest => manifest.Text("kind") == "Deployment")
                    .Select(manifest => manifest.Text("spec", "template", "metadata", "annotations", "checksum/secret")!),
            ];
    }

    [Theory]
    [InlineData("""{"postgresql":{"connectionString":""}}""", "Set postgresql.connectionString or mongodb.connectionString.")]
    [InlineData("""{"mongodb":{"connectionString":"mongodb://m"}}""", "Keep one of them.")]
    [InlineData("""{"secrets":{"REDIS_PASSWORD":{}}}""", "secrets.REDIS_PASSWORD needs a value")]
    [InlineData("""{"roles":{"sender":{}}}""", "sender is not allowed")]
    [InlineData("""{"roles":{"api":{"replicas":2}}}""", "roles.api was removed")]
    [InlineData("""{"route":{"enabled":true}}""", "route.parentRefs is required")]
    [InlineData("""{"ingress":{"enabled":true}}""", "ingress.hosts is required")]
    [InlineData("""{"defaults":{"autoscaling":{"minReplicas":0}}}""", "minReplicas")]
    public async Task Values_that_cannot_start_are_not_rendered(string values, string sentence)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Helm.TemplateAsync(System.Text.Json.JsonSerializer.Deserialize<object>(values)!)
        );

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }
}
