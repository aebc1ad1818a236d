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
        _redis = await RedisProcess.StartAsync();
        _database = await PostgreSqlProcess.StartAsync();
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
    public async Task After_a_database_was_destroyed_and_restored_everything_is_there_and_waiting_deliveries_are_sent_once()
    {
        string key;
        await using (var host = await StartHostAsync(WithoutDelivery))
        {
            key = await FillAsync();
            await RunAsync("backup.sh", "postgresql");
            await RunAsync("backup.sh", "redis");
            host.Kill();
        }

        await RunAsync("verify.sh", "postgresql");
        await RunAsync("verify.sh", "redis");
        await DestroyAsync();
        await RunAsync("restore.sh", "postgresql");

        await using (await StartHostAsync("all"))
        {
            using var client = CreateClient(key);
            await Eventually.TrueAsync(
                () => Waiting.All(name => _vendor.GetTimes($"{name}@example.org").Count > 0),
                "the waiting deliveries to be sent"
            );
            Assert.Equal("sv", (await client.GetFromJsonAsync<JsonElement>("/v1/users/ada")).GetProperty("locale").GetString());
            Assert.Contains("phone-1", await client.GetStringAsync("/v1/users/ada/devices"), StringComparison.Ordinal);
            Assert.Contains("Order", await client.GetStringAsync("/v1/templates/shipped"), StringComparison.Ordinal);

            // Triggers that clients repeat are still the same ones, and the next one is sent after all of them.
            await Task.WhenAll(Waiting.Select(name => TriggerAsync(client, name)));
            await TriggerAsync(client, "after");
            await Eventually.TrueAsync(() => _vendor.GetTimes("after@example.org").Count > 0, "a new notification to be sent");
        }

        Assert.All(Waiting, name => Assert.Single(_vendor.GetTimes($"{name}@example.org")));
    }

    [Fact]
    public async Task A_backup_that_cannot_be_restored_exactly_is_refused_and_only_the_newest_are_kept()
    {
        await using (var host = await StartHostAsync(WithoutDelivery))
        {
            await FillAsync();
            host.Kill();
        }

        await RunAsync("backup.sh", "postgresql");
        var digest = Directory.GetFiles(_folder.File("backups"), "*.tables").Single();
        var old = await File.ReadAllBytesAsync(digest, Cancellation);
        await PostgreSqlProgram.ScalarAsync<object>(
            Database("notify"),
            """UPDATE notify."user" SET stored = stored || ' '::bytea"""
        );
        await RunAsync("backup.sh", "postgresql");

        // Only the newer one is left, and the older one's digest does not fit it.
        digest = Directory.GetFiles(_folder.File("backups"), "*.tables").Single();
        await RunAsync("verify.sh", "postgresql");
        await File.WriteAllBytesAsync(digest, old, Cancellation);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("verify.sh", "postgresql"));
        Assert.Contains("the restored tables differ", failure.Message, StringComparison.Ordinal);

        // A changed byte is noticed, and a database with data is left alone.
        var dump = Directory.GetFiles(_folder.File("backups"), "*.dump.age").Single();
        failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("restore.sh", "postgresql"));
        Assert.Contains("is not empty", failure.Message, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(dump, Cancellation);
        bytes[^100] ^= 1;
        await File.WriteAllBytesAsync(dump, bytes, Cancellation);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("verify.sh", "postgresql"));
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

    /// <summary>Replaces both servers with empty ones.</summary>
    private async Task DestroyAsync()
    {
        await _database.DisposeAsync();
        await _redis.DisposeAsync();
        _database = await PostgreSqlProcess.StartAsync();
        _redis = await RedisProcess.StartAsync();
        await PostgreSqlProgram.ScalarAsync<object>(_database.ConnectionString, "CREATE DATABASE notify");
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
