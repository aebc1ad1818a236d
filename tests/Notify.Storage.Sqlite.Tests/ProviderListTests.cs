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

        var steps = await QueryPlan.ReadAsync(connectionString, query, "@priority", "@after");

        Assert.Equal([$"SEARCH notify_delivery USING COVERING INDEX notify_delivery_due {search}"], steps);
    }
}
