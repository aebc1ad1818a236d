using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

public sealed class SqliteNewerVersionTests : NewerVersionConformance
{
    private readonly TemporaryFolder _folder = new();

    private string ConnectionString => $"Data Source={_folder.File("notify.db")}";

    protected override async ValueTask<ConformanceStore> OpenAsync() =>
        await ConformanceStore.OpenAsync(
            notifications => notifications.UseSqlite(ConnectionString),
            delete: () =>
            {
                _folder.Dispose();
                return ValueTask.CompletedTask;
            }
        );

    protected override async ValueTask WriteUnknownMembersAsync()
    {
        await using var connection = new SqliteConnection($"{ConnectionString};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            UPDATE notify_delivery SET state = 7, attempts = replace(attempts, '"sent"', '"greeted"'),
                receipts = replace(receipts, '"delivered"', '"noticed"') WHERE state = 1;
            UPDATE notify_delivery SET priority = 9 WHERE address = 'later@example.org';
            UPDATE notify_notification SET trigger = CAST(replace(CAST(trigger AS TEXT), '"bulk"', '"urgent"') AS BLOB);
            """;
        Assert.Equal(3, await command.ExecuteNonQueryAsync());
    }
}
