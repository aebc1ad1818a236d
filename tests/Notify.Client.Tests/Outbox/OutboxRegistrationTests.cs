using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Notify.Client.Outbox;
using Notify.Engines;

namespace Notify.Client.Tests.Outbox;

/// <summary>How an application registers its outbox, and creates its table.</summary>
public sealed class OutboxRegistrationTests(PostgreSqlServer server)
{
    public static TheoryData<OutboxDialect> Dialects => [OutboxDialect.PostgreSql, OutboxDialect.Sqlite];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Without_its_table_an_application_does_not_start_if_it_may_not_create_it(OutboxDialect dialect)
    {
        await using var service = await Service.StartAsync();
        await using var database = await ShopDatabase.CreateAsync(dialect, server);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Shop.StartAsync(service, database, options => options.CreateTable = false)
        );
        await database.RunAsync(OutboxSql.Create(dialect, "notify_outbox").CreateTable);
        await using var shop = await Shop.StartAsync(service, database, options => options.CreateTable = false);

        Assert.Contains("notify_outbox", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await shop.Outbox.CountAsync()).Waiting);
    }

    [Fact]
    public async Task The_table_may_be_in_a_schema_and_processes_may_create_it_at_the_same_time()
    {
        await using var service = await Service.StartAsync();
        await using var database = await ShopDatabase.CreateAsync(OutboxDialect.PostgreSql, server);
        await database.RunAsync("CREATE SCHEMA shop");

        var shops = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Shop.StartAsync(service, database, options => options.Table = "shop.triggers"))
        );
        await shops[0].OrderAsync(1);
        await Notify.TestSupport.Eventually.TrueAsync(
            async () => (await service.ListReferencesAsync()).Contains("order/1"),
            "the notification"
        );
        foreach (var shop in shops)
            await shop.DisposeAsync();
    }

    public static TheoryData<string, Action<ClientOutboxOptions>> InvalidOptions =>
        new()
        {
            { "Table", options => options.Table = "orders; DROP TABLE orders" },
            { "Table", options => (options.Dialect, options.Table) = (OutboxDialect.Sqlite, "shop.outbox") },
            { "Dialect", options => options.Dialect = (OutboxDialect)7 },
            { "BatchSize", options => options.BatchSize = 257 },
            { "MaxRetryDelay", options => options.MaxRetryDelay = TimeSpan.FromMilliseconds(100) },
            { "IdempotencyRetention", options => options.IdempotencyRetention = TimeSpan.FromMinutes(1) },
            {
                "IdempotencyRetention",
                options => (options.LeaseDuration, options.IdempotencyRetention) = (TimeSpan.FromHours(1), TimeSpan.FromHours(2))
            },
        };

    [Theory]
    [MemberData(nameof(InvalidOptions))]
    public async Task Invalid_options_fail_the_start_and_are_named(string option, Action<ClientOutboxOptions> configure)
    {
        await using var service = await Service.StartAsync();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            service.StartClientAsync(services =>
            {
                services.AddNotifyClient(service.Address.AbsoluteUri, Service.Key);
                services.AddNotifyClientOutbox(OutboxDialect.PostgreSql, _ => throw new InvalidOperationException(), configure);
            })
        );

        Assert.Contains(option, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_outbox_needs_the_client_and_is_registered_once()
    {
        var services = new ServiceCollection();
        Assert.Throws<InvalidOperationException>(() => services.AddNotifyClientOutbox(OutboxDialect.Sqlite, _ => null!));

        services.AddNotifyClient("https://notify.example.org", "key");
        services.AddNotifyClientOutbox(OutboxDialect.Sqlite, _ => null!);
        services.AddNotifyClientOutbox(OutboxDialect.Sqlite, _ => null!);

        Assert.Single(services, service => service.ServiceType == typeof(IClientOutbox));
    }

    [Fact]
    public async Task The_scripts_in_the_documentation_are_those_that_the_package_runs()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(GetMetadata("Documentation"), "how-to/use-an-outbox.md"));

        foreach (var dialect in Enum.GetValues<OutboxDialect>())
        {
            var script = OutboxSql.Create(dialect, "notify_outbox").CreateTable;
            Assert.Contains($"```sql\n{script}\n```", page, StringComparison.Ordinal);
        }
    }

    // There is no SQL Server to run these on. Its parser at least finds what is not T-SQL.
    [Fact]
    public void The_statements_for_SQL_Server_are_valid_T_SQL()
    {
        var sql = OutboxSql.Create(OutboxDialect.SqlServer, "shop.notify_outbox");
        var statements = typeof(OutboxSql)
            .GetProperties()
            .Where(property => property.PropertyType == typeof(string) && property.Name != nameof(OutboxSql.Table))
            .ToDictionary(property => property.Name, property => (string)property.GetValue(sql)!);

        Assert.True(statements.Count >= 12, $"Only {statements.Count} statements were found.");
        foreach (var (name, statement) in statements)
        {
            // SQL Server 2016, the oldest version with OPENJSON.
            new TSql130Parser(initialQuotedIdentifiers: true).Parse(new StringReader(statement), out var errors);
            Assert.True(errors.Count == 0, $"{name}: {string.Join(' ', errors.Select(error => error.Message))}");
        }
    }

    private static string GetMetadata(string key) =>
        typeof(OutboxRegistrationTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
