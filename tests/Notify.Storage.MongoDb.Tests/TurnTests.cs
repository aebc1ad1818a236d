using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Notify.Conformance.Storage;
using Notify.Providers;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// The searches that find the tenants whose turn it is: their number is bounded, however many tenants there are.
/// </summary>
public sealed class TurnTests : IAsyncLifetime
{
    private const string Provider = "mail";
    private static readonly DateTimeOffset s_now = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly ScriptedServer _server = ScriptedServer.StartPrimary();
    private ConformanceStore? _store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConformanceStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        _server.Script = new PeerDatabase().Execute;
        _store = await ConformanceStore.OpenAsync(notifications => notifications.UseMongoDb(_server.ConnectionString));
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task Due_work_is_found_by_searches_that_each_read_no_more_than_one_tenant_may_have()
    {
        await EnqueueAsync(
            Enumerable.Range(0, 300).Select(i => $"tenant-{i:000}").Concat(["tenant-150", "tenant-150", "tenant-153"])
        );
        var request = new DueRequest("worker", s_now, s_now.AddMinutes(2))
        {
            AfterTenant = "tenant-149",
            ExceptTenants = ["tenant-151"],
            MaxTenants = 16,
            MaxPerTenant = 2,
        };

        var leases = await Store.Expansions.LeaseAsync(request, Cancellation);

        // The search that finds the only work of 152 also finds the first of 153, whose second must not be left out.
        string[] expected =
        [
            "tenant-150",
            "tenant-150",
            "tenant-152",
            "tenant-153",
            "tenant-153",
            .. Enumerable.Range(154, 13).Select(i => $"tenant-{i:000}"),
        ];
        Assert.Equal(expected, leases.Select(lease => lease.Notification.Tenant));
        BsonDocument[] searches = [.. Sent("find", "expansions").Where(find => find["filter"].AsBsonDocument.Contains("dueAt"))];
        Assert.InRange(searches.Length, 8, 17);
        Assert.All(searches, search => Assert.Equal(2, search["limit"].ToInt32()));
        Assert.Empty(Sent("distinct", "expansions"));
    }

    [Fact]
    public async Task The_search_for_due_work_wraps_around_to_the_first_tenant()
    {
        await EnqueueAsync(["a", "b", "c", "d"]);
        var request = new DueRequest("worker", s_now, s_now.AddMinutes(2)) { AfterTenant = "b", MaxTenants = 3 };

        var leases = await Store.Expansions.LeaseAsync(request, Cancellation);

        Assert.Equal(["c", "d", "a"], leases.Select(lease => lease.Notification.Tenant));
    }

    [Fact]
    public async Task Tenants_that_one_lease_cannot_serve_are_searched_for_once()
    {
        EnqueueRequest[] requests = [.. Enumerable.Range(0, 200).Select(i => FaultTests.Request(tenant: $"tenant-{i:000}"))];
        await Store.Queue.EnqueueAsync(requests, Cancellation);

        var leases = new List<Lease>();
        for (var i = 0; i < 4; i++)
            leases.AddRange(await LeaseAsync(s_now.AddMilliseconds(i)));

        Assert.Equal(200, leases.Select(lease => lease.Delivery.Tenant).Distinct().Count());
        Assert.Single(Sent("distinct", "deliveries"));
    }

    private IEnumerable<BsonDocument> Sent(string name, string collection) =>
        _server.Commands.Where(command => command.GetElement(0).Name == name && command[0] == collection);

    private async Task EnqueueAsync(IEnumerable<string> tenants) =>
        await Store.Queue.EnqueueAsync(
            [
                .. tenants.Select(tenant =>
                    FaultTests.Request(deliveries: 0, tenant: tenant) with
                    {
                        Expansions = [new NewExpansion("news", 1, s_now)],
                    }
                ),
            ],
            Cancellation
        );

    private async Task<IReadOnlyList<Lease>> LeaseAsync(DateTimeOffset now) =>
        await Store.Queue.LeaseAsync(
            new LeaseRequest
            {
                Owner = "worker",
                Now = now,
                Until = now.AddMinutes(2),
                Slots = [new LeaseSlots(Priority.Normal, Provider, 1_000)],
            },
            Cancellation
        );
}
