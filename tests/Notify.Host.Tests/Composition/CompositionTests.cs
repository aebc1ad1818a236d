using System.Net;
using System.Net.Http.Json;
using Notify.Engines;
using Notify.Host.Tests.Deployment;
using Notify.TestSupport;

namespace Notify.Host.Tests.Composition;

/// <summary>Tests which engines the reference host can combine, and its errors for those that it cannot.</summary>
public sealed class CompositionTests(PostgreSqlServer postgres, SharedKafkaCluster kafka)
{
    /// <summary>The libraries that only some settings need, with the engine that they belong to.</summary>
    private static readonly (string Engine, string Library)[] Optional =
    [
        ("PostgreSql", "Npgsql.dll"),
        ("Redis", "StackExchange.Redis.dll"),
        ("Kafka", "Confluent.Kafka.dll"),
        ("MongoDb", "MongoDB.Driver.dll"),
        ("Gateway", "Yarp.ReverseProxy.dll"),
        ("Mcp", "ModelContextProtocol.dll"),
        ("OpenIdConnect", "Microsoft.AspNetCore.Authentication.JwtBearer.dll"),
        ("TokenServer", "OpenIddict.Server.dll"),
    ];

    private const string Postgres = "Host=127.0.0.1;Database=notify;Username=notify;Password=s3cret";

    [Theory]
    [InlineData("")]
    [InlineData("PostgreSql")]
    [InlineData("PostgreSql Redis")]
    [InlineData("PostgreSql Kafka")]
    [InlineData("PostgreSql Redis Kafka")]
    public async Task Consistent_settings_start_and_send(string engines)
    {
        using var folder = new TemporaryFolder();
        await using var redis = engines.Contains("Redis", StringComparison.Ordinal) ? await RedisProcess.StartAsync() : null;
        var environment = await EnvironmentAsync(engines, redis);
        var (host, client) = await SampleProcess.StartHostAsync(
            folder.Path,
            environment,
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        await using var _ = host;

        await client.WaitUntilReadyAsync();
        using var accepted = await TriggerAsync(client, "composed");
        await client.WaitUntilSentAsync(accepted.Headers.Location!);
        Assert.Equal(engines.Contains("PostgreSql", StringComparison.Ordinal), !File.Exists(folder.File("notify.db")));
        if (redis is not null)
            await Eventually.TrueAsync(() => IsSharedAsync(client, redis), "what the processes share");
        if (engines.Contains("Kafka", StringComparison.Ordinal))
            await Eventually.TrueAsync(
                async () =>
                    (await client.GetStringAsync("/metrics")).Contains("notify_transport_hints_total", StringComparison.Ordinal),
                "the hint to be counted"
            );
        AssertLoadsOnlyWhatItNeeds(host, engines.Split(' '));
    }

    [Theory]
    [InlineData("Kafka", "Notify:Kafka needs a shared store. Set Notify:PostgreSql or Notify:MongoDb to a connection string.")]
    [InlineData("Redis", "Notify:Redis needs a shared store. Set Notify:PostgreSql or Notify:MongoDb to a connection string.")]
    [InlineData("Redis Kafka", "Notify:Redis and Notify:Kafka need a shared store.")]
    [InlineData("PostgreSql MongoDb", "Notify:PostgreSql and Notify:MongoDb are both set, but there can be only one store.")]
    [InlineData("Reference=false", "Notify:Reference is 'false'. Use a path such as /reference")]
    [InlineData("PostgreSql:Schema=shop", "ConnectionString must name a server")]
    [InlineData("PostgreSql Redis:KeyPrefix=shop", "ConnectionString field is required")]
    [InlineData("PostgreSql Kafka:TopicPrefix=a", "BootstrapServers field is required")]
    public async Task Contradictory_settings_stop_the_start_with_the_required_change(string settings, string sentence)
    {
        using var folder = new TemporaryFolder();
        await using var host = SampleProcess.Start(
            "Notify.Host",
            folder.Path,
            settings.Split(' ').ToDictionary(GetName, GetValue),
            "--contentRoot",
            SampleProcess.Folder("Notify.Host"),
            "--Notify:Data",
            folder.Path
        );

        await host.WaitForExitAsync();

        Assert.Equal(1, host.ExitCode);
        Assert.Contains(sentence, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    // A library costs time at start, and memory for as long as the process runs.
    private static void AssertLoadsOnlyWhatItNeeds(ServerProcess host, string[] engines)
    {
        var loaded = File.ReadLines($"/proc/{host.Id}/maps").Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);

        Assert.Contains("Notify.Core.dll", loaded);
        Assert.Equal(
            Optional.Where(optional => engines.Contains(optional.Engine)).Select(optional => optional.Library),
            Optional.Select(optional => optional.Library).Where(loaded.Contains)
        );
    }

    // On a busy machine, Redis may answer too late, and the store then continues without it. The check can be repeated because it
    // uses a new key each time.
    private static async Task<bool> IsSharedAsync(HttpClient client, RedisProcess redis)
    {
        using var accepted = await TriggerAsync(client, Guid.NewGuid().ToString());
        return (await redis.AskAsync("KEYS *")).Contains("notify", StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> TriggerAsync(HttpClient client, string idempotencyKey) =>
        client.PostAsJsonAsync(
            "/v1/notifications",
            new
            {
                to = new { email = "ada@example.org" },
                content = new { body = "Text" },
                idempotencyKey,
            }
        );

    private static string GetName(string setting) =>
        $"Notify__{setting.Split('=')[0].Replace(":", "__", StringComparison.Ordinal)}";

    private static string GetValue(string setting) =>
        setting.Split('=') is [_, var value]
            ? value
            : setting switch
            {
                "Kafka" => "127.0.0.1:9092",
                "Redis" => "127.0.0.1:6379,password=s3cret",
                "MongoDb" => "mongodb://notify:s3cret@127.0.0.1/notify",
                _ => Postgres,
            };

    private async Task<Dictionary<string, string>> EnvironmentAsync(string engines, RedisProcess? redis)
    {
        var environment = new Dictionary<string, string>();
        if (engines.Contains("PostgreSql", StringComparison.Ordinal))
            environment["Notify__PostgreSql"] = await postgres.CreateDatabaseAsync();
        if (redis is not null)
            environment["Notify__Redis"] = redis.Address;
        if (engines.Contains("Kafka", StringComparison.Ordinal))
        {
            var (cluster, prefix) = await kafka.GetAsync();
            environment["Notify__Kafka"] = cluster.BootstrapServers;
            environment["Notify__Kafka__TopicPrefix"] = prefix;
        }

        return environment;
    }
}
