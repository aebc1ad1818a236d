using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.Storage.Sqlite.Stores;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

/// <summary>The plans of lists of dead letters.</summary>
public sealed class DeadLetterPlanTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private string ConnectionString => $"Data Source={_folder.File("notify.db")};Pooling=False";

    public void Dispose() => _folder.Dispose();

    /// <summary>An index has the dead letters in the order of the list, and the search begins at the position in it.</summary>
    [Fact]
    public async Task A_page_is_read_from_an_index_in_its_order()
    {
        await using (var store = await ConformanceStore.OpenAsync(builder => builder.UseSqlite(ConnectionString)))
            await store.Users.FindAsync("t", ["ada"], TestContext.Current.CancellationToken);
        var all = new DeadLetterFilter { Tenant = "t" };
        var period = all with { From = s_now.AddDays(-20), To = s_now };
        const string Dead = "SEARCH notify_delivery USING INDEX notify_delivery_dead (tenant=?";
        const string OfProvider = "SEARCH notify_delivery USING INDEX notify_delivery_dead_provider (tenant=? AND provider=?";

        Assert.Equal([$"{Dead})"], await ExplainAsync(all, hasAfter: false));
        Assert.Equal([$"{Dead} AND (ended_at,id)<(?,?))"], await ExplainAsync(all, hasAfter: true));
        Assert.Equal([$"{Dead} AND ended_at>? AND ended_at<?)"], await ExplainAsync(period, hasAfter: false));
        Assert.Equal([$"{Dead} AND ended_at>? AND (ended_at,id)<(?,?))"], await ExplainAsync(period, hasAfter: true));
        Assert.Equal([$"{OfProvider})"], await ExplainAsync(all with { Provider = "mail" }, hasAfter: false));
        Assert.Equal(
            [$"{OfProvider} AND ended_at>? AND (ended_at,id)<(?,?))"],
            await ExplainAsync(period with { Provider = "mail" }, hasAfter: true)
        );
    }

    private Task<List<string>> ExplainAsync(DeadLetterFilter filter, bool hasAfter) =>
        QueryPlan.ReadAsync(
            ConnectionString,
            DeadLetterStore.CreateList(filter, hasAfter),
            "@tenant",
            "@provider",
            "@from",
            "@to",
            "@at",
            "@id",
            "@limit"
        );
}
