using System.Net;
using System.Net.Http.Json;
using Microsoft.Data.Sqlite;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>An erasure that a killed process leaves half done is finished by the next one.</summary>
public sealed class KilledErasureTests
{
    private const string Secret = "confidential";

    /// <summary>The number of the user's messages: several batches of an erasure.</summary>
    private const int Messages = 5_000;

    [Fact]
    public async Task A_process_that_is_killed_in_the_middle_of_an_erasure_leaves_nothing_behind()
    {
        await using var folder = new HostFolder();
        var host = await folder.StartAsync(folder.Settings());
        using var client = new HttpClient { BaseAddress = host.Settings.Address };
        await SaveUserAsync(client);
        await Parallel.ForAsync(0, Messages, new ParallelOptions { MaxDegreeOfParallelism = 32 }, (_, _) => TriggerAsync(client));
        Assert.Equal((Messages, 0), Count(folder.Database));

        // The erasure cannot update this message, so it cannot end before the kill. The connection stays open, because closing
        // the last one would checkpoint the write-ahead log.
        using var barrier = Open(folder.Database, SqliteOpenMode.ReadWrite);
        var middle = Execute<string>(barrier, $"SELECT quote(id) FROM notify_delivery ORDER BY id LIMIT 1 OFFSET {Messages / 2}");
        Execute<object>(
            barrier,
            $"""
            CREATE TRIGGER barrier BEFORE UPDATE ON notify_delivery WHEN OLD.id = {middle}
            BEGIN SELECT RAISE(ABORT, 'The barrier of the test'); END
            """
        );
        using (var removed = await client.DeleteAsync(new Uri("/v1/users/ada", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await Eventually.TrueAsync(() => Count(folder.Database).Erased > 0, "the erasure to begin");
        await host.KillAsync();
        var (left, erased) = Count(folder.Database);
        Assert.InRange(left, 1, Messages - 1);
        Assert.Equal(Messages, left + erased);

        Execute<object>(barrier, "DROP TRIGGER barrier");
        await folder.StartAsync(folder.Settings());
        await Eventually.TrueAsync(() => Count(folder.Database) == (0, Messages), "the erasure to end");

        Assert.Equal(Messages, folder.Stored.CountByState()[DeliveryState.Cancelled]);
        Assert.Equal(0, Query(folder.Database, $"SELECT count(*) FROM notify_notification WHERE {Contains("trigger")}"));
        Assert.Equal(0, Query(folder.Database, $"SELECT count(*) FROM notify_notification WHERE {Contains("contents")}"));
        Assert.Equal(0, Query(folder.Database, "SELECT count(*) FROM notify_delivery WHERE due_at IS NOT NULL"));
        Assert.Empty(folder.Record());
    }

    private static async Task SaveUserAsync(HttpClient client)
    {
        using var saved = await client.PutAsJsonAsync(
            new Uri("/v1/users/ada", UriKind.Relative),
            new { addresses = new { email = "ada@example.org" } }
        );
        Assert.True(saved.IsSuccessStatusCode, await saved.Content.ReadAsStringAsync());
    }

    private static async ValueTask TriggerAsync(HttpClient client)
    {
        using var accepted = await client.PostAsJsonAsync(
            new Uri("/v1/notifications", UriKind.Relative),
            new
            {
                to = new { user = "ada" },
                content = new { body = Secret },
                sendAt = DateTimeOffset.UtcNow.AddDays(1),
            }
        );
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    /// <summary>Counts the deliveries that have their address, and those that do not.</summary>
    private static (long Left, long Erased) Count(string database) =>
        (
            Query(database, "SELECT count(*) FROM notify_delivery WHERE address <> ''"),
            Query(database, "SELECT count(*) FROM notify_delivery WHERE address = ''")
        );

    private static string Contains(string column) => $"instr(CAST({column} AS TEXT), '{Secret}') > 0";

    private static long Query(string database, string sql)
    {
        using var connection = Open(database, SqliteOpenMode.ReadOnly);
        return Execute<long>(connection, sql);
    }

    private static SqliteConnection Open(string database, SqliteOpenMode mode)
    {
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = database,
            Mode = mode,
            Pooling = false,
        };
        var connection = new SqliteConnection(connectionString.ToString());
        connection.Open();
        return connection;
    }

    private static T? Execute<T>(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T?)command.ExecuteScalar();
    }
}
