using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.Storage.Sqlite.Queue;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

/// <summary>The query for the providers that have pending deliveries.</summary>
public sealed class ProviderListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Each step is a search in the index, so it does not matter how many deliveries wait in the lane before.</summary>
    [Theory]
    [InlineData(PendingProviders.NextPriority, "(priority>?)")]
    [InlineData(PendingProviders.NextProvider, "(priority=? AND provider>?)")]
    public async Task The_providers_are_found_without_reading_all_that_waits(string query, string search)
    {
        var connectionString = $"Data Source={_folder.File("notify.db")};Pooling=False";
        await using (var store = await ConformanceStore.OpenAsync(builder => builder.UseSqlite(connectionString)))
            Assert.Empty(await store.Queue.ListProvidersAsync(TestContext.Current.CancellationToken));
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {query}";
        foreach (var name in new[] { "@priority", "@after" })
            command.Parameters.AddWithValue(name, DBNull.Value);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var steps = new List<string>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            steps.Add(rows.GetString(3));

        Assert.Equal([$"SEARCH notify_delivery USING COVERING INDEX notify_delivery_due {search}"], steps);
    }
}
