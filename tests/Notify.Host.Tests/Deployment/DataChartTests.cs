using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Host.Tests.Deployment;

/// <summary>Tests the custom resources that the chart of the engines renders. No operator runs here.</summary>
public sealed partial class DataChartTests
{
    private const string Chart = "helm/notify-data";

    [Fact]
    public async Task Helm_lint_finds_no_errors() =>
        Assert.Contains("0 chart(s) failed", await Helm.LintAsync(Chart), StringComparison.Ordinal);

    [Fact]
    public async Task The_engines_have_the_shape_of_the_architecture()
    {
        var resources = await Helm.TemplateChartAsync(Chart);

        var mongo = Find(resources, "PerconaServerMongoDB");
        Assert.Equal(["3", "3", "3"], mongo.At("spec", "replsets")!.AsArray().Select(shard => shard!.Text("size")));
        Assert.Equal("3", mongo.Text("spec", "sharding", "configsvrReplSet", "size"));
        Assert.Equal("3", mongo.Text("spec", "sharding", "mongos", "size"));
        var redis = Find(resources, "RedisCluster");
        Assert.Equal(
            ("3", "6"),
            (redis.Text("spec", "redisLeader", "replicas"), redis.Text("spec", "redisFollower", "replicas"))
        );
        var pools = resources.Where(resource => resource.Text("kind") == "KafkaNodePool").ToArray();
        Assert.Equal(
            ["broker 3", "controller 3"],
            pools.Select(pool => $"{pool.Text("spec", "roles", "0")} {pool.Text("spec", "replicas")}")
        );
        var kafka = Find(resources, "Kafka").Text("metadata", "name");
        Assert.All(pools, pool => Assert.Equal(kafka, pool.Text("metadata", "labels", "strimzi.io/cluster")));
    }

    [Fact]
    public async Task Every_topic_of_the_reference_is_created_with_its_retention()
    {
        var resources = await Helm.TemplateChartAsync(Chart, new { kafka = new { topicPrefix = "eu." } });

        var topics = resources.Where(resource => resource.Text("kind") == "KafkaTopic").ToArray();
        Assert.Equal(
            ReadTopics().Select(topic => $"eu.{topic.Name} {topic.Kept.TotalMilliseconds}").Order(StringComparer.Ordinal),
            topics
                .Select(topic => $"{topic.Text("spec", "topicName")} {topic.Text("spec", "config", "retention.ms")}")
                .Order(StringComparer.Ordinal)
        );
        Assert.All(topics, topic => Assert.Equal(("3", "3"), (topic.Text("spec", "partitions"), topic.Text("spec", "replicas"))));
    }

    [Theory]
    [InlineData("mongodb", "PerconaServerMongoDB")]
    [InlineData("kafka", "Kafka KafkaNodePool KafkaTopic")]
    [InlineData("redis", "RedisCluster")]
    [InlineData("elasticsearch", "Elasticsearch Kibana")]
    [InlineData("collector", "OpenTelemetryCollector shop")]
    [InlineData("jaeger", "OpenTelemetryCollector shop-jaeger")]
    public async Task An_engine_that_is_external_is_not_created(string engine, string kinds)
    {
        var with = await Helm.TemplateChartAsync(Chart);
        var without = await Helm.TemplateChartAsync(Chart, new Dictionary<string, object> { [engine] = new { enabled = false } });

        var removed = with.Select(Describe).Except(without.Select(Describe)).ToArray();
        Assert.NotEmpty(removed);
        Assert.All(removed, resource => Assert.Contains(resource.Split(' ')[0], kinds.Split(' ')));
        Assert.Equal(with.Count, without.Count + removed.Length);

        static string Describe(JsonNode resource) => $"{resource.Text("kind")} {resource.Text("metadata", "name")}";
    }

    [Fact]
    public async Task The_collector_sends_only_to_engines_that_exist()
    {
        var resources = await Helm.TemplateChartAsync(
            Chart,
            new { elasticsearch = new { enabled = false }, jaeger = new { enabled = false } }
        );

        var config = Find(resources, "OpenTelemetryCollector").At("spec", "config")!;
        Assert.Equal(["prometheus"], config.At("exporters")!.AsObject().Select(exporter => exporter.Key));
        Assert.Equal(["metrics"], config.At("service", "pipelines")!.AsObject().Select(pipeline => pipeline.Key));
    }

    [Fact]
    public async Task With_sentinels_they_watch_the_replication_and_agree_by_majority()
    {
        var resources = await Helm.TemplateChartAsync(Chart, new { redis = new { mode = "sentinel", sentinels = 5 } });

        var replication = Find(resources, "RedisReplication");
        var sentinel = Find(resources, "RedisSentinel").At("spec")!;
        Assert.Equal("3", replication.Text("spec", "clusterSize"));
        Assert.Equal("5", sentinel.Text("clusterSize"));
        Assert.Equal("3", sentinel.Text("redisSentinelConfig", "quorum"));
        Assert.Equal(replication.Text("metadata", "name"), sentinel.Text("redisSentinelConfig", "redisReplicationName"));
    }

    [Fact]
    public async Task Unknown_values_and_backups_without_a_bucket_are_refused()
    {
        var unknown = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Helm.TemplateChartAsync(Chart, new { mongo = new { shards = 3 } })
        );
        var bucket = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Helm.TemplateChartAsync(Chart, new { mongodb = new { backup = new { enabled = true } } })
        );

        Assert.Contains("mongo is not allowed", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("mongodb.backup.bucket is required", bucket.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_helmfile_installs_operators_data_and_application_in_this_order()
    {
        var releases = Yaml.Read(File.ReadAllText(ComposeFile.GetPath("samples/helm/helmfile.yaml")))
            .Single()
            .At("releases")!
            .AsArray()
            .ToDictionary(release => $"{release!.Text("namespace")}/{release!.Text("name")}");
        string[] steps = ["operators", "data", "application"];

        var operators = releases.Keys.Where(name => Step(name) == 0 && name != "cert-manager/cert-manager");
        Assert.Equal(operators.Order(StringComparer.Ordinal), Needs("notify/shop-data").Order(StringComparer.Ordinal));
        Assert.Equal(["notify/shop-data"], Needs("notify/shop"));
        Assert.All(releases.Keys, name => Assert.All(Needs(name), need => Assert.True(Step(need) <= Step(name))));

        int Step(string name) => Array.IndexOf(steps, releases[name]!.Text("labels", "step"));

        string[] Needs(string name) => [.. (releases[name]!.At("needs")?.AsArray() ?? []).Select(need => need!.ToString())];
    }

    /// <summary>Reads the topics and how long their messages are kept from the page that lists them.</summary>
    private static IEnumerable<(string Name, TimeSpan Kept)> ReadTopics() =>
        from row in Row().Matches(File.ReadAllText(ComposeFile.GetPath("docs/reference/kafka.md")))
        let count = int.Parse(row.Groups["count"].Value)
        let kept = row.Groups["unit"].Value == "hour" ? TimeSpan.FromHours(count) : TimeSpan.FromDays(count)
        from name in Code().Matches(row.Groups["names"].Value)
        select (name.Groups[1].Value, kept);

    private static JsonNode Find(IReadOnlyList<JsonNode> resources, string kind) =>
        resources.First(resource => resource.Text("kind") == kind);

    [GeneratedRegex(
        """^\| (?<names>`[a-z`, -]+`) \|[^|]*\|[^|]*\| (?<count>\d+) (?<unit>hour|day)s? \|""",
        RegexOptions.Multiline
    )]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex Code();
}
