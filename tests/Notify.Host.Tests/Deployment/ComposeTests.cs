using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>Tests docker-compose.yml without Docker, by running its services as processes on this machine.</summary>
public sealed partial class ComposeTests(PostgreSqlServer postgres, SharedKafkaCluster kafka)
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["NOTIFY_ROOT_KEY"] = new('k', 44),
        ["POSTGRESQL_PASSWORD"] = "a-password",
    };

    [Fact]
    public void All_roles_are_covered_and_all_engines_are_services_in_the_file()
    {
        var compose = new ComposeFile(Variables);

        var roles = compose.Hosts.SelectMany(host => ComposeFile.ReadEnvironment(host.Service)["Notify__Roles"].Split(' '));
        Assert.Equal(RenderedRole.Names, roles.Order(StringComparer.Ordinal));
        Assert.Equal(2, compose.Hosts.Single(host => host.Name == "delivery").Replicas);
        Assert.All(compose.Hosts, host =>
        {
            var environment = ComposeFile.ReadEnvironment(host.Service);
            Assert.Contains(EngineHost().Match(environment["Notify__PostgreSql"]).Groups[1].Value, compose.Services);
            Assert.Contains(environment["Notify__Redis"].Split(':')[0], compose.Services);
            Assert.Contains(environment["Notify__Kafka"].Split(':')[0], compose.Services);
            Assert.All(host.Service.At("depends_on")!.AsObject(), engine => Assert.Contains(engine.Key, compose.Services));
        });
        var scraped = Yaml.Read(File.ReadAllText(ComposeFile.GetPath("samples/monitoring/prometheus/prometheus.yml")))
            .Single()
            .At("scrape_configs", "0", "dns_sd_configs", "0", "names")!
            .AsArray()
            .Select(name => name!.ToString());
        Assert.Equal(compose.Hosts.Select(host => host.Name), scraped);
    }

    [Fact]
    public void Every_service_has_a_version_limits_and_a_check_and_refers_to_what_exists()
    {
        var compose = new ComposeFile(Variables);

        Assert.All(compose.All, item =>
        {
            var (name, service) = (item.Key, item.Value!);
            Assert.Matches(@"^notify-host$|:v?\d+\.\d+", service.Text("image"));
            Assert.NotNull(service.At("deploy", "resources", "limits", "cpus"));
            Assert.NotNull(service.At("deploy", "resources", "limits", "memory"));
            // The images of these two contain nothing that could check them.
            Assert.Equal(name is not ("collector" or "jaeger"), service.At("healthcheck") is not null);
            Assert.All(service.At("depends_on")?.AsObject() ?? [], dependency =>
            {
                Assert.Contains(dependency.Key, compose.Services);
                if (dependency.Value!.Text("condition") == "service_healthy")
                    Assert.NotNull(compose.All[dependency.Key]!.At("healthcheck"));
            });
            foreach (var source in service.Items("volumes").Select(volume => $"{volume}".Split(':')[0]))
            {
                Assert.True(
                    source.StartsWith("./", StringComparison.Ordinal)
                        ? Directory.Exists(ComposeFile.GetPath(source))
                        : compose.Volumes.Contains(source),
                    source
                );
            }
        });
        var ports = compose.All.SelectMany(service => service.Value!.Items("ports")).Select(port => $"{port}".Split(':')[^2]);
        Assert.Equal(ports.Distinct(), ports);
    }

    [Fact]
    public void Every_address_in_the_file_and_in_what_it_mounts_is_that_of_a_service()
    {
        string[] files =
        [
            "docker-compose.yml",
            "samples/monitoring/collector/collector.yaml",
            "samples/monitoring/grafana-provisioning/datasources/prometheus.yml",
        ];
        var addresses = files
            .SelectMany(file => File.ReadLines(ComposeFile.GetPath(file)))
            .Where(line => !line.TrimStart().StartsWith('#'))
            .SelectMany(line => Address().Matches(line))
            .Select(match => match.Groups[1].Value)
            .Where(name => name != "localhost")
            .ToHashSet();

        Assert.Empty(addresses.Except(new ComposeFile(Variables).Services));
        Assert.Superset(new HashSet<string> { "elasticsearch", "jaeger", "kafka", "prometheus", "redis" }, addresses);
    }

    [Theory]
    [InlineData("NOTIFY_ROOT_KEY")]
    [InlineData("POSTGRESQL_PASSWORD")]
    public void Without_a_root_key_or_a_password_nothing_starts(string missing) =>
        Assert.Throws<InvalidOperationException>(() =>
            new ComposeFile(Variables.Where(variable => variable.Key != missing).ToDictionary())
        );

    [Fact]
    public async Task All_services_become_ready_and_send_together_with_the_key_of_the_first_start()
    {
        await using var engines = await Engines.StartAsync(postgres, kafka);
        var hosts = new Dictionary<string, (RunningHost Process, string Address)>();
        try
        {
            var services = new ComposeFile(Variables).Hosts.ToArray();
            var ports = services.ToDictionary(service => service.Name, _ => FreePort.Next());
            foreach (var (name, service, _) in services)
                hosts.Add(name, Start(ComposeFile.ReadEnvironment(service), ports[name], ports, engines));
            foreach (var (name, (process, address)) in hosts)
                await process.WaitForAsync(new Uri($"{address.Split(';')[1]}/health/ready"), name);

            await CheckHealthAsync(services[0].Service, hosts["gateway"].Address);
            await Eventually.TrueAsync(() => FirstKey().IsMatch(hosts["auth"].Process.Output), "the key of the first start");
            // The key is printed once, by the process that the documentation names.
            var printed = hosts.Values.SelectMany(host => FirstKey().Matches(host.Process.Output)).ToArray();
            var key = Assert.Single(printed).Groups["key"].Value;
            Assert.Contains(key, hosts["auth"].Process.Output, StringComparison.Ordinal);
            using var client = new HttpClient
            {
                BaseAddress = new Uri(hosts["gateway"].Address.Split(';')[0]),
                DefaultRequestHeaders = { Authorization = new("Bearer", key) },
            };
            using var accepted = await client.PostAsJsonAsync(
                "/v1/notifications",
                new { to = new { email = "ada@example.org" }, content = new { body = "Text" } }
            );
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await client.WaitUntilSentAsync(accepted.Headers.Location!);
        }
        finally
        {
            foreach (var (process, _) in hosts.Values)
                await process.DisposeAsync();
        }
    }

    /// <summary>Runs the command of a health check for a host that is ready, and for a port at which nothing listens.</summary>
    private static async Task CheckHealthAsync(JsonNode service, string address)
    {
        string[] check = [.. service.Items("healthcheck", "test").Select(argument => $"{argument}")];
        Assert.Equal(("CMD", "bash", "-c"), (check[0], check[1], check[2]));
        Assert.Contains("/8081", check[3], StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(address.Split(':')[^1]));
        Assert.NotEqual(0, await RunAsync($"{FreePort.Next()}"));

        async Task<int> RunAsync(string port)
        {
            var command = check[3].Replace("/8081", $"/{port}", StringComparison.Ordinal);
            return (await Command.TryAsync(Path.GetTempPath(), "bash", ["-c", command])).ExitCode;
        }
    }

    /// <summary>
    /// Starts a service with the environment in the file, except for its own address, those of other services and those of the
    /// engines.
    /// </summary>
    private static (RunningHost Process, string Address) Start(
        Dictionary<string, string> environment,
        int port,
        Dictionary<string, int> ports,
        Engines engines
    )
    {
        var address = $"http://127.0.0.1:{port};http://127.0.0.1:{FreePort.Next()}";
        Assert.Equal(2, ListenPort().Count(environment["ASPNETCORE_URLS"]));
        environment["ASPNETCORE_URLS"] = address;
        foreach (var (name, value) in environment.Where(variable => variable.Key.StartsWith("Notify__Gateway__")).ToArray())
            environment[name] = $"http://127.0.0.1:{ports[new Uri(value).Host]}";
        environment["Notify__ManagementPort"] = address.Split(':')[^1];
        environment["Notify__PostgreSql"] = EngineHost()
            .Replace(environment["Notify__PostgreSql"], $"{engines.PostgreSql};Password=");
        environment["Notify__Redis"] = engines.Redis.Address;
        environment["Notify__Kafka"] = engines.Kafka;
        environment["Notify__Kafka__TopicPrefix"] = engines.TopicPrefix;
        return (new RunningHost(environment), address);
    }

    [GeneratedRegex(@"^Host=([a-z]+);.*Password=")]
    private static partial Regex EngineHost();

    [GeneratedRegex(@"\b(?<!\$)([a-z]+):\d{4,5}\b")]
    private static partial Regex Address();

    [GeneratedRegex("NOTIFY_KEY=(?<key>nk_live_[0-9A-Za-z]+)")]
    private static partial Regex FirstKey();

    [GeneratedRegex(@"http://\*:\d+")]
    private static partial Regex ListenPort();
}
