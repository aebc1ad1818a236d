using System.Net.Http.Json;
using Notify.Load.Chaos;
using Notify.Load.Hosts;

namespace Notify.Load.Scaling;

/// <summary>The work that a cluster's hosts and their database have done so far.</summary>
internal sealed record DatabaseWork(ServerStatistics Server, DatabaseCounts Clients)
{
    public static async Task<DatabaseWork> ReadAsync(Cluster cluster, RunningHosts hosts)
    {
        using var client = new HttpClient();
        var (roundTrips, bytes) = (0L, 0L);
        foreach (var host in hosts.All)
        {
            var counts = await client.GetFromJsonAsync(
                new Uri(host.Settings.Address, DatabaseCounters.Path),
                DatabaseCountsJson.Default.DatabaseCounts
            );
            roundTrips += counts!.RoundTrips;
            bytes += counts.Bytes;
        }

        return new DatabaseWork(await ServerStatistics.ReadAsync(cluster.PostgreSql), new DatabaseCounts(roundTrips, bytes));
    }

    public DatabaseWorkEach Since(DatabaseWork before, int count)
    {
        return new DatabaseWorkEach(
            Each(Server.Statements - before.Server.Statements),
            Each(Clients.RoundTrips - before.Clients.RoundTrips),
            Each(Clients.Bytes - before.Clients.Bytes),
            Each(Server.Commits - before.Server.Commits),
            Each(Server.LogBytes - before.Server.LogBytes)
        )
        {
            Calls = Server
                .Calls.Select(call => (call.Key, Each(call.Value - before.Server.Calls.GetValueOrDefault(call.Key))))
                .Where(call => call.Item2 > 0)
                .OrderByDescending(call => call.Item2)
                .ToArray(),
        };

        double Each(long value) => Math.Round((double)value / count, 4);
    }
}

/// <summary>The work of the database for one delivery, from its trigger to its settlement.</summary>
/// <param name="Statements">The statements that the server ran, also those that begin and end transactions.</param>
/// <param name="RoundTrips">The round trips of all hosts.</param>
/// <param name="WireBytes">The bytes between the hosts and the server, in both directions.</param>
/// <param name="Commits">The transactions.</param>
/// <param name="LogBytes">The bytes of the write-ahead log.</param>
internal sealed record DatabaseWorkEach(double Statements, double RoundTrips, double WireBytes, double Commits, double LogBytes)
{
    /// <summary>The statements by their first words, the most frequent first.</summary>
    public IReadOnlyList<(string Statement, double Each)> Calls { get; init; } = [];
}
