using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.Engines;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

public sealed class PostgreSqlNewerVersionTests(PostgreSqlServer server) : NewerVersionConformance
{
    private string _connectionString = "";
    private string _schema = "";

    protected override async ValueTask<ConformanceStore> OpenAsync()
    {
        (_connectionString, _schema) = await server.CreateSchemaAsync();
        return await ConformanceStore.OpenAsync(notifications =>
            notifications.UsePostgreSql(options => (options.ConnectionString, options.Schema) = (_connectionString, _schema))
        );
    }

    protected override async ValueTask WriteUnknownMembersAsync()
    {
        await using var dataSource = NpgsqlDataSource.Create(_connectionString);
        await using var command = dataSource.CreateCommand(
            $"""
            UPDATE {_schema}.delivery SET state = 7, history = replace(history, '"sent"', '"greeted"'),
                receipts = replace(receipts, '"delivered"', '"noticed"') WHERE state = 1;
            UPDATE {_schema}.delivery SET priority = 9 WHERE address = 'later@example.org';
            UPDATE {_schema}.notification
                SET trigger = convert_to(replace(convert_from(trigger, 'UTF8'), '"bulk"', '"urgent"'), 'UTF8');
            """
        );
        Assert.Equal(3, await command.ExecuteNonQueryAsync());
    }
}
