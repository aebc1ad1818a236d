using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Recovery;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>A database that is backed up, destroyed and restored by the published scripts, under the reference host.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private const string Key = "a-key-of-the-host";
    private const string WithoutDelivery = "gateway auth notifications devices analytics";

    private readonly TemporaryFolder _folder = new();
    private readonly DrillVendor _vendor = new();
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort.Next()}");
    private PostgreSqlProcess _database = null!;
    private RedisProcess _redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        ServerProcess.Find("age");
        var redis = RedisProcess.StartAsync();
        _database = await PostgreSqlProcess.StartAsync();
        _redis = await redis;
        await PostgreSqlProgram.ScalarAsync<object>(_database.ConnectionString, "CREATE DATABASE notify");
        var keys = await Command.RunAsync(_folder.Path, "age-keygen", ["-o", "identity.txt"]);
        Assert.Empty(keys);
        await File.WriteAllTextAsync(
            _folder.File("recipients.txt"),
            await Command.RunAsync(_folder.Path, "age-keygen", ["-y", "identity.txt"]),
            Cancellation
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _database.DisposeAsync();
        await _vendor.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_destroyed_database_is_restored_from_an_exact_backup_and_what_waited_is_held_until_its_replay()
    {
        string key;
        await using (var host = await StartHostAsync(WithoutDelivery))
        {
            key = await FillAsync();
            host.Kill();
        }

        await BackUpAsync();
        await RefuseAsync();
        await DestroyAsync();
        await RunAsync("restore.sh", "postgresql", "--hold");

        await using (await StartHostAsync("all"))
        {
            using var client = CreateClient(key);
            Assert.Equal("sv", (await client.GetFromJsonAsync<JsonElement>("/v1/users/ada")).GetProperty("locale").GetString());
            Assert.Contains("phone-1", await client.GetStringAsync("/v1/users/ada/devices"), StringComparison.Ordinal);
            Assert.Contains("Order", await client.GetStringAsync("/v1/templates/shipped"), StringComparison.Ordinal);

            // Triggers that clients repeat are still the same ones. A new one is sent, and nothing that waited is.
            await Task.WhenAll(Waiting.Select(name => TriggerAsync(client, name)));
            await TriggerAsync(client, "after");
            await Eventually.TrueAsync(() => _vendor.GetTimes("after@example.org").Count > 0, "a new notification to be sent");
            Assert.All(Waiting, name => Assert.Empty(_vendor.GetTimes($"{name}@example.org")));

            using var manager = CreateClient(Key);
            var replay = await PostAsync(manager, "/v1/dead-letters/replay", new { reason = "held after a restore" });
            Assert.Equal(Waiting.Length, replay.GetProperty("count").GetInt32());
            await Eventually.TrueAsync(
                () => Waiting.All(name => _vendor.GetTimes($"{name}@example.org").Count > 0),
                "what was replayed to be sent"
            );
        }

        Assert.All(Waiting, name => Assert.Single(_vendor.GetTimes($"{name}@example.org")));
    }

    private string Digest => Directory.GetFiles(_folder.File("backups"), "postgresql-*.tables").Single();

    private string Dump => Directory.GetFiles(_folder.File("backups"), "postgresql-*.dump.age").Single();

    /// <summary>Makes two backups of PostgreSQL, of which only the newer one is kept, and verifies it.</summary>
    private async Task BackUpAsync()
    {
        await RunAsync("backup.sh", "postgresql");
        await File.WriteAllBytesAsync(
            _folder.File("old.tables"),
            await File.ReadAllBytesAsync(Digest, Cancellation),
            Cancellation
        );
        await PostgreSqlProgram.ScalarAsync<object>(
            Database("notify"),
            """UPDATE notify."user" SET stored = stored || ' '::bytea"""
        );
        await RunAsync("backup.sh", "postgresql");
        await RunAsync("backup.sh", "redis");
        await RunAsync("verify.sh", "postgresql");
        await RunAsync("verify.sh", "redis");
    }

    /// <summary>Checks that a backup that differs from its digest, or was changed, is refused, and a full database too.</summary>
    private async Task RefuseAsync()
    {
        var (digest, dump) = (
            await File.ReadAllBytesAsync(Digest, Cancellation),
            await File.ReadAllBytesAsync(Dump, Cancellation)
        );
        await File.WriteAllBytesAsync(
            Digest,
            await File.ReadAllBytesAsync(_folder.File("old.tables"), Cancellation),
            Cancellation
        );
        await FailAsync("the restored tables differ", "verify.sh", "postgresql");
        await File.WriteAllBytesAsync(Digest, digest, Cancellation);

        await FailAsync("is not empty", "restore.sh", "postgresql");
        await FailAsync("--hold is only for postgresql", "restore.sh", "redis", "--hold");

        byte[] changed = [.. dump];
        changed[^100] ^= 1;
        await File.WriteAllBytesAsync(Dump, changed, Cancellation);
        await FailAsync("exited with", "verify.sh", "postgresql");
        await File.WriteAllBytesAsync(Dump, dump, Cancellation);
    }

    private async Task FailAsync(string expected, string script, params string[] arguments)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(script, arguments));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    private static string[] Waiting { get; } = ["ada", "bob", "cleo"];

    private string Database(string name) => _database.CreateConnectionString(name);

    /// <summary>Stores one of everything, and returns a key that was created.</summary>
    private async Task<string> FillAsync()
    {
        using var client = CreateClient(Key);
        var draft = new { name = "shop", scopes = new[] { "send", "read" } };
        var created = await PostAsync(client, "/v1/api-keys", draft);
        await PutAsync(client, "/v1/users/ada", new { locale = "sv", addresses = new { email = "ada@example.org" } });
        await PutAsync(client, "/v1/users/ada/devices/phone-1", new { platform = "web", token = "a-token-of-the-device" });
        await PutAsync(client, "/v1/templates/shipped", new { variants = new[] { new { body = "Order {{number}}" } } });
        await Task.WhenAll(Waiting.Select(name => TriggerAsync(client, name)));
        return created.GetProperty("secret").GetString()!;
    }

    private static async Task TriggerAsync(HttpClient client, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
        {
            Headers = { { "Idempotency-Key", name } },
            Content = JsonContent.Create(new { to = new { email = $"{name}@example.org" }, content = new { body = "Text" } }),
        };
        using var answer = await client.SendAsync(request, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task PutAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PutAsJsonAsync(path, body, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private HttpClient CreateClient(string key) =>
        new() { BaseAddress = _address, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };

    /// <summary>Replaces the database and Redis with empty ones.</summary>
    private async Task DestroyAsync()
    {
        await PostgreSqlProgram.ScalarAsync<object>(_database.ConnectionString, "DROP DATABASE notify WITH (FORCE)");
        await PostgreSqlProgram.ScalarAsync<object>(_database.ConnectionString, "CREATE DATABASE notify");
        await _redis.DisposeAsync();
        _redis = await RedisProcess.StartAsync();
    }

    private async Task<ServerProcess> StartHostAsync(string roles)
    {
        var host = ReferenceHost.Start(
            _folder.Path,
            new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = _address.AbsoluteUri,
                ["Notify__Roles"] = roles,
                ["Notify__ApiKey"] = Key,
                ["Notify__PostgreSql"] = Database("notify"),
                ["Notify__Redis"] = _redis.Address,
                ["Notify__Providers__mail__Type"] = "smtp",
                ["Notify__Providers__mail__Host"] = "127.0.0.1",
                ["Notify__Providers__mail__Port"] = _vendor.Port.ToString(CultureInfo.InvariantCulture),
                ["Notify__Providers__mail__Security"] = "None",
                ["Notify__Providers__mail__From"] = "shop@example.org",
            }
        );
        await Eventually.TrueAsync(
            () => host.HasExited || host.Output.Contains("Notify is ready", StringComparison.Ordinal),
            "the host to be ready"
        );
        Assert.False(host.HasExited, host.Output);
        return host;
    }

    private Task<string> RunAsync(string script, params string[] arguments)
    {
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(Database("notify"));
        return Command.RunAsync(
            _folder.Path,
            Path.Combine(ReferenceHost.RecoveryFolder, "backup", script),
            arguments,
            new Dictionary<string, string?>
            {
                ["BACKUP_FOLDER"] = _folder.File("backups"),
                ["BACKUP_KEEP"] = "1",
                ["BACKUP_RECIPIENTS"] = _folder.File("recipients.txt"),
                ["BACKUP_IDENTITY"] = _folder.File("identity.txt"),
                ["PGHOST"] = connection.Host,
                ["PGPORT"] = connection.Port.ToString(CultureInfo.InvariantCulture),
                ["PGUSER"] = connection.Username,
                ["PGDATABASE"] = "notify",
                ["REDIS_HOST"] = "127.0.0.1",
                ["REDIS_PORT"] = _redis.Port.ToString(CultureInfo.InvariantCulture),
            }
        );
    }
}
