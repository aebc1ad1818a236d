using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Host.Tests.Deployment;

/// <summary>
/// Tests that the manifests for disaster recovery agree with each other and with the scripts. No operator runs here.
/// </summary>
public sealed partial class RecoveryManifestTests
{
    private const string Folder = "samples/disaster-recovery";

    /// <summary>Created by the operator of PostgreSQL for the cluster notify-a, or by hand as the manifests' comments tell.</summary>
    private static readonly string[] External =
    [
        "notify-a-app",
        "notify-backup-identity",
        "notify-backup-recipients",
        "notify-redis",
    ];

    private static readonly JsonNode[] Manifests =
    [
        .. Directory
            .GetFiles(ComposeFile.GetPath($"{Folder}/kubernetes"), "*.yaml")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Yaml.Read(File.ReadAllText(file))),
    ];

    private static IEnumerable<JsonNode> Pods =>
        Manifests
            .Select(manifest =>
                manifest.Text("kind") switch
                {
                    "CronJob" => manifest.At("spec", "jobTemplate", "spec", "template", "spec"),
                    "Job" or "StatefulSet" => manifest.At("spec", "template", "spec"),
                    _ => null,
                }
            )
            .OfType<JsonNode>();

    private static IEnumerable<JsonNode> Jobs => Pods.Where(pod => pod.At("volumes") is not null);

    [Fact]
    public void Each_job_calls_a_script_that_exists_with_settings_that_it_reads()
    {
        var settings = File.ReadAllText(ComposeFile.GetPath($"{Folder}/backup/settings.example.sh"));
        var read = Setting().Matches(settings).Select(match => match.Groups[1].Value).Concat(["PGPASSWORD", "REDISCLI_AUTH"]);

        Assert.Equal(5, Jobs.Count());
        foreach (var container in Jobs.Select(pod => pod.At("containers", "0")!))
        {
            var script = container.Text("command", "0")!.Replace("/opt/notify", Folder, StringComparison.Ordinal);
            var path = ComposeFile.GetPath(script);
            Assert.True(File.Exists(path), script);
            Assert.Contains(container.Text("command", "1")!, File.ReadAllText(path), StringComparison.Ordinal);
            Assert.Empty(container.At("env")!.AsArray().Select(variable => variable!.Text("name")).Except(read));
        }
    }

    [Fact]
    public void Every_volume_secret_and_config_map_is_declared_and_every_volume_is_mounted()
    {
        var claims = Manifests
            .Where(manifest => manifest.Text("kind") == "PersistentVolumeClaim")
            .Select(manifest => manifest.Text("metadata", "name")!);
        var known = External.Concat(claims).ToHashSet();

        foreach (var pod in Pods)
        {
            var container = pod.At("containers", "0")!;
            var volumes = pod.At("volumes")?.AsArray() ?? [];
            var used = volumes
                .Select(volume =>
                    (
                        volume!.At("secret", "secretName")
                        ?? volume.At("configMap", "name")
                        ?? volume.At("persistentVolumeClaim", "claimName")
                    )?.ToString()
                )
                .Concat(
                    (container.At("env")?.AsArray() ?? []).Select(variable =>
                        variable!.At("valueFrom", "secretKeyRef", "name")?.ToString()
                    )
                );
            Assert.Empty(used.OfType<string>().Except(known));
            if (volumes.Count > 0)
                Assert.Equal(
                    volumes.Select(volume => volume!.Text("name")).Order(StringComparer.Ordinal),
                    container.At("volumeMounts")!.AsArray().Select(mount => mount!.Text("name")).Order(StringComparer.Ordinal)
                );
        }
    }

    /// <summary>A job that makes backups cannot read them, and one that reads them cannot change them.</summary>
    [Fact]
    public void Only_jobs_that_restore_have_the_private_key_and_only_jobs_that_back_up_may_write()
    {
        foreach (var pod in Jobs)
        {
            var container = pod.At("containers", "0")!;
            var writes = container.Text("command", "0")!.EndsWith("/backup.sh", StringComparison.Ordinal);
            var names = container.At("volumeMounts")!.AsArray().Select(mount => mount!.Text("name"));
            var backups = container.At("volumeMounts")!.AsArray().Single(mount => mount!.Text("name") == "backups")!;
            Assert.Equal(!writes, names.Contains("identity"));
            Assert.Equal(!writes, backups.At("readOnly")?.ToString() == "true");
        }
    }

    [Fact]
    public void Every_pod_is_restricted()
    {
        foreach (var pod in Pods)
        {
            var container = pod.At("containers", "0", "securityContext")!;
            Assert.Equal("true", pod.Text("securityContext", "runAsNonRoot"));
            Assert.Equal("RuntimeDefault", pod.Text("securityContext", "seccompProfile", "type"));
            Assert.Equal("false", pod.Text("automountServiceAccountToken"));
            Assert.Equal("false", container.Text("allowPrivilegeEscalation"));
            Assert.Equal("true", container.Text("readOnlyRootFilesystem"));
            Assert.Equal("ALL", container.Text("capabilities", "drop", "0"));
        }
    }

    [Fact]
    public void Exactly_the_topics_of_events_are_mirrored()
    {
        var mirror = Manifests.Single(manifest => manifest.Text("kind") == "KafkaMirrorMaker2");
        var reference = File.ReadAllText(ComposeFile.GetPath("docs/reference/kafka.md"));
        var topics = Row().Matches(reference).SelectMany(row => Name().Matches(row.Value)).Select(name => name.Groups[1].Value);

        Assert.Equal(
            topics.Where(name => !name.StartsWith("deliveries-", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            mirror.Text("spec", "mirrors", "0", "topicsPattern")!.Split('|').Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ("b", "a"),
            (mirror.Text("spec", "target", "alias"), mirror.Text("spec", "mirrors", "0", "source", "alias"))
        );
    }

    [Fact]
    public void Each_database_follows_the_other_region_by_the_names_that_the_scripts_use()
    {
        var clusters = Manifests
            .Where(manifest => manifest.Text("kind") == "Cluster")
            .ToDictionary(cluster => cluster.Text("metadata", "name")!);
        var regions = File.ReadAllText(ComposeFile.GetPath($"{Folder}/regions.example.sh"));

        Assert.Contains("POSTGRESQL_CLUSTER=([a]=notify-a [b]=notify-b)", regions, StringComparison.Ordinal);
        Assert.Equal(["notify-a", "notify-b"], clusters.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, cluster) in clusters)
        {
            var sources = cluster.At("spec", "externalClusters")!.AsArray().Select(source => source!.Text("name"));
            Assert.Equal(name, cluster.Text("spec", "replica", "self"));
            Assert.Equal("notify-a", cluster.Text("spec", "replica", "primary"));
            Assert.Equal(clusters.Keys.Single(other => other != name), cluster.Text("spec", "replica", "source"));
            Assert.Equal(clusters.Keys.Order(StringComparer.Ordinal), sources.Order(StringComparer.Ordinal));
        }
    }

    [GeneratedRegex("""\b([A-Z_]+)=\$\{\1:-""")]
    private static partial Regex Setting();

    [GeneratedRegex("""^\| `[a-z`, -]+` \|[^|]*\|[^|]*\| \d+ (hour|day)s? \|""", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex Name();
}
