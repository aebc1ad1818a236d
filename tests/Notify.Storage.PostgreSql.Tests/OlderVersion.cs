using System.Collections.Concurrent;
using Notify.Storage.PostgreSql.Schema;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>
/// A process of the version that knew two steps: its tables, and the statements that it kept prepared or sent, as they were. It
/// accepts a notification, delivers it and reads it back, again and again; what fails, ends it.
/// </summary>
internal sealed class OlderVersion : IAsyncDisposable
{
    private const string Insert = """
        INSERT INTO notify.notification (id, tenant, accepted_at, expires_at, trigger, contents)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bytea[], $6::bytea[])
        """;

    private const string InsertDelivery = """
        INSERT INTO notify.delivery (id, notification_id, tenant, priority, channel, address, provider, content_index,
            accepted_at, not_before, expires_at, due_at, owner, fence, attempts_spent, retry_delay_ticks)
        VALUES ($1, $2, 'tenant-1', 1, 'email', 'ada@example.org', 'mail', 0, now(), now(), now(), now(), 'older', 1, 0, 0)
        """;

    private const string Settle =
        "UPDATE notify.delivery SET state = 1, due_at = NULL, owner = NULL, fence = fence + 1 WHERE id = $1 AND fence = 1";

    private const string Lock = "SELECT id FROM notify.notification WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    private const string Find =
        "SELECT id, accepted_at, expires_at, trigger, contents FROM notify.notification WHERE id = $1 AND tenant = $2";

    private readonly NpgsqlDataSource _dataSource;
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    private OlderVersion(NpgsqlDataSource dataSource) => _dataSource = dataSource;

    public ConcurrentBag<Guid> Accepted { get; } = [];

    public static async Task<OlderVersion> InstallAsync(string connectionString)
    {
        var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var command = dataSource.CreateCommand(
            $"""
            CREATE SCHEMA notify; CREATE TABLE notify.schema_version (version integer PRIMARY KEY);
            {InitialSchema.Create("notify")} {SchemaSteps.Second("notify")}
            INSERT INTO notify.schema_version VALUES (1), (2);
            """
        );
        await command.ExecuteNonQueryAsync();
        return new OlderVersion(dataSource);
    }

    public void Start() => _work = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(WorkAsync)));

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _dataSource.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        while (!_stop.IsCancellationRequested)
        {
            var (id, delivery) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                DateTime[] now = [DateTime.UtcNow];
                await ExecuteAsync(
                    connection,
                    Insert,
                    prepare: true,
                    new[] { id },
                    new[] { "tenant-1" },
                    now,
                    now,
                    Trigger,
                    Contents
                );
                await ExecuteAsync(connection, InsertDelivery, prepare: true, delivery, id);
                await transaction.CommitAsync();
            }

            Assert.Equal(1, await ExecuteAsync(connection, Settle, prepare: false, delivery));
            await ExecuteAsync(connection, Lock, prepare: false, new[] { id });
            Assert.Equal(id, await ScalarAsync(connection, Find, id, "tenant-1"));
            Accepted.Add(id);
        }
    }

    private static byte[][] Trigger =>
        [StoredForm.WriteTrigger(new Trigger { Tenant = "tenant-1", To = Recipient.Email("ada@example.org") })];

    private static byte[][] Contents => ["""{"variants":[]}"""u8.ToArray()];

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, bool prepare, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        if (prepare)
            await command.PrepareAsync();
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
