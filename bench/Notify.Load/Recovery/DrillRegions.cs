using System.Diagnostics;
using System.Globalization;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Load.Recovery;

/// <summary>Two regions of processes on this machine, which the scripts of samples/disaster-recovery start and change.</summary>
internal sealed class DrillRegions : IAsyncDisposable
{
    public const string First = "a";
    public const string Second = "b";

    private readonly TemporaryFolder _folder = new();
    private readonly Region[] _regions;

    public DrillRegions(DrillSettings settings, string[] kafka, int mailPort)
    {
        _regions = [new(First, 1, kafka[0], settings), new(Second, 2, kafka[1], settings)];
        // PostgreSQL's files belong to another user, who has to get to them.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_001_001);
        foreach (var region in _regions)
        {
            var hosts = Directory.CreateDirectory(_folder.File($"{region.Name}/hosts")).FullName;
            foreach (var (name, _) in settings.Members)
                File.WriteAllLines(Path.Combine(hosts, $"{name}.env"), region.CreateEnvironment(name, mailPort));
        }

        File.WriteAllText(Settings, CreateSettings(settings));
    }

    /// <summary>Gets the gateway of the region that the scripts made active last.</summary>
    public Uri ActiveGateway => Find(Active).Hosts.GatewayAddress;

    public string Active => File.ReadAllText(_folder.File("active")).Trim();

    private string Settings => _folder.File("regions.sh");

    /// <summary>Runs a script and prints its steps.</summary>
    public async Task RunAsync(string script, params string[] arguments)
    {
        await using var process = Start(script, arguments);
        await FinishAsync(process, script);
    }

    /// <summary>Starts a script that ends later.</summary>
    public ServerProcess Start(string script, params string[] arguments) =>
        ServerProcess.Start(
            "bash",
            [Path.Combine(ReferenceHost.RecoveryFolder, script), Settings, .. arguments],
            new Dictionary<string, string> { ["NOTIFY_KEY"] = HostCluster.Key }
        );

    public static async Task FinishAsync(ServerProcess process, string script)
    {
        await process.WaitForExitAsync();
        Console.Error.WriteLine(process.Output);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{script} exited with {process.ExitCode}: {process.Output}");
    }

    /// <summary>Kills every process of a region with SIGKILL.</summary>
    public void Kill(string region)
    {
        string[] files =
        [
            .. Directory.GetFiles(_folder.File($"{region}/run")),
            _folder.File($"{region}/postgresql/postmaster.pid"),
        ];
        string[] servers = [.. files.Select(file => File.ReadLines(file).First())];
        // PostgreSQL has a process for each connection.
        var children = servers.SelectMany(id => File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' '));
        foreach (var id in servers.Concat(children).Where(id => id.Length > 0))
        {
            try
            {
                using var process = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
                process.Kill();
            }
            catch (ArgumentException)
            {
                // The process ended when its parent was killed.
            }
        }
    }

    /// <summary>Stops the process that sends the write-ahead log to the other region, until it is killed.</summary>
    public async Task HoldReplicationAsync(string region)
    {
        var sender = (await QueryAsync(region, "SELECT pid FROM pg_stat_replication", row => row.GetInt32(0))).Single();
        PostgreSqlProgram.Execute("kill", "-STOP", sender.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the ids of all notifications in a region's database.</summary>
    public async Task<HashSet<Guid>> ReadNotificationsAsync(string region) =>
        [.. await QueryAsync(region, "SELECT id FROM notify.notification", row => row.GetGuid(0))];

    /// <summary>Counts the deliveries that have not ended.</summary>
    public async Task<long> CountWaitingAsync(string region) =>
        (
            await QueryAsync(region, "SELECT count(*) FROM notify.delivery WHERE due_at IS NOT NULL", row => row.GetInt64(0))
        ).Single();

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop.sh");
        _folder.Dispose();
    }

    private Region Find(string name) => _regions.Single(region => region.Name == name);

    private async Task<List<T>> QueryAsync<T>(string region, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection($"{Find(region).PostgreSqlConnection};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }

    private string CreateSettings(DrillSettings settings) =>
        $"""
            PLATFORM=processes
            STORE=postgresql
            REGIONS=({First} {Second})
            REPLICATION={(settings.IsSynchronous ? "synchronous" : "asynchronous")}
            RPO_SECONDS=300
            declare -A POSTGRESQL=({Join(region => region.PostgreSql)})
            declare -A REDIS=({Join(region => region.Redis)})
            declare -A GATEWAY=({Join(region => region.Hosts.GatewayAddress.GetLeftPart(UriPartial.Authority))})
            POSTGRESQL_USER=notify
            POSTGRESQL_DATABASE=notify
            REDIS_KEY_PREFIX=notify
            PATIENCE=120
            POSTGRESQL_FILE_OPTIONS=(--no-sync)
            DATA='{_folder.Path}'
            HOST_COMMAND=({string.Join(' ', ReferenceHost.CreateCommand(_folder.Path).Select(part => $"'{part}'"))})

            """;

    private string Join(Func<Region, string> get) =>
        string.Join(' ', _regions.Select(region => $"[{region.Name}]={get(region)}"));

    /// <summary>The addresses of one region.</summary>
    private sealed class Region
    {
        private readonly DrillSettings _settings;

        public Region(string name, int network, string kafka, DrillSettings settings)
        {
            (Name, _settings) = (name, settings);
            var engines = new HostClusterEngines(PostgreSqlConnection, Redis, kafka, "");
            Hosts = new HostEnvironment(engines, settings.Members, network);
        }

        public string Name { get; }

        public string PostgreSql { get; } = CreateAddress();

        public string Redis { get; } = CreateAddress();

        public HostEnvironment Hosts { get; }

        public string PostgreSqlConnection =>
            $"Host=127.0.0.1;Port={PostgreSql.Split(':')[1]};Username=notify;Database=notify;Timeout=5;Maximum Pool Size=16";

        public IEnumerable<string> CreateEnvironment(string member, int mailPort)
        {
            var own = new Dictionary<string, string>
            {
                ["DOTNET_EnableDiagnostics"] = "0",
                ["Notify__AttemptTimeout"] = $"{_settings.AttemptTimeout}",
                ["Notify__LeaseDuration"] = $"{_settings.LeaseDuration}",
                ["Notify__Providers__mail__Type"] = "smtp",
                ["Notify__Providers__mail__Host"] = "127.0.0.1",
                ["Notify__Providers__mail__Port"] = mailPort.ToString(CultureInfo.InvariantCulture),
                ["Notify__Providers__mail__Security"] = "None",
                ["Notify__Providers__mail__From"] = "shop@example.org",
            };
            return Hosts
                .Create(member)
                .Where(setting => !own.ContainsKey(setting.Key))
                .Concat(own)
                .Select(setting => $"{setting.Key}={setting.Value}");
        }

        private static string CreateAddress() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");
    }
}
