using System.Diagnostics.Metrics;
using Notify.Conformance.Storage;
using Notify.Engines;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>
/// The round trips in which a process claims deliveries that another process has stored. They are the third of three writes of
/// such a delivery.
/// </summary>
public sealed class ClaimTests(PostgreSqlServer server) : TestDatabase(server)
{
    private readonly DateTimeOffset _until = Now.AddMinutes(2);

    [Fact]
    public async Task A_claim_takes_the_deliveries_and_their_contents_in_one_round_trip()
    {
        var (storing, claiming) = (await OpenStoreAsync(), await OpenStoreAsync());
        EnqueueRequest[] requests = [.. Enumerable.Range(0, 20).Select(number => CreateRequest($"Order {number}"))];
        await storing.Queue.EnqueueAsync(requests, Cancellation);
        // Opens the connection and prepares the statements.
        await ClaimAsync(claiming, [.. requests.Take(1)]);
        using var trips = new RoundTrips(ConnectionString);

        var leases = await ClaimAsync(claiming, [.. requests.Skip(1)]);

        Assert.Equal(1, trips.Count);
        Assert.Equal(
            Enumerable.Range(1, 19).Select(number => $"Order {number}"),
            leases.Select(lease => lease.Delivery.Content.Title!)
        );
    }

    [Fact]
    public async Task Large_contents_are_read_once_and_not_with_each_claim()
    {
        var (storing, claiming) = (await OpenStoreAsync(), await OpenStoreAsync());
        var large = CreateRequest(new string('x', 200_000), deliveries: 3);
        await storing.Queue.EnqueueAsync([large], Cancellation);
        await ClaimAsync(claiming, new DeliveryReference(Guid.CreateVersion7(Now), 0));
        using var trips = new RoundTrips(ConnectionString);

        foreach (var (delivery, expected) in large.Deliveries.Zip([2, 1, 1]))
        {
            var before = trips.Count;
            var lease = Assert.Single(await ClaimAsync(claiming, new DeliveryReference(delivery.Delivery.Id, 0)));
            Assert.Equal(200_000, lease.Delivery.Content.Title!.Length);
            Assert.Equal(expected, trips.Count - before);
        }
    }

    private EnqueueRequest CreateRequest(string title, int deliveries = 1)
    {
        var request = Request(deliveries);
        var content = new Content { Title = title, Body = "It was shipped." };
        return request with { Notification = request.Notification with { Contents = [new ContentVariant(null, null, content)] } };
    }

    private Task<IReadOnlyList<Lease>> ClaimAsync(ConformanceStore store, EnqueueRequest[] requests) =>
        ClaimAsync(store, [.. requests.Select(request => new DeliveryReference(request.Deliveries[0].Delivery.Id, 0))]);

    private async Task<IReadOnlyList<Lease>> ClaimAsync(ConformanceStore store, params DeliveryReference[] references) =>
        await store.Queue.ClaimAsync(new ClaimRequest("worker", _until, references), Cancellation);

    /// <summary>Counts the round trips to one database, by Npgsql's own metrics.</summary>
    private sealed class RoundTrips : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _count;

        public RoundTrips(string connectionString)
        {
            var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Npgsql" && instrument.Name == "db.client.operation.duration")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<double>(
                (_, _, tags, _) =>
                {
                    if (tags.ToArray().Any(tag => tag.Value is string text && text.Contains(database, StringComparison.Ordinal)))
                        Interlocked.Increment(ref _count);
                }
            );
            _listener.Start();
        }

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => _listener.Dispose();
    }
}
