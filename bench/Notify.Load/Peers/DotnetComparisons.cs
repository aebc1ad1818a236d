using System.Globalization;
using System.Reflection;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Load.PostgreSql;

namespace Notify.Load.Peers;

/// <summary>
/// Hangfire, Wolverine and CAP compared with the scenario <c>postgres</c>, on the same server, each in its own database. A
/// message is durable before its caller goes on, is sent once to a vendor that does nothing, and is recorded as sent. The project
/// <c>bench/Notify.Peers</c> has the peers and their settings.
/// </summary>
internal static class DotnetComparisons
{
    private const int Concurrent = 64;

    /// <summary>
    /// Hangfire takes minutes for what the others do in seconds, so it sends a part of the messages. Its rate does not depend on
    /// their number, nor on whether 16 or 64 callers enqueue them.
    /// </summary>
    private const int HangfirePart = 10;

    /// <summary>
    /// Enough connections for the callers and the workers of a peer. With fewer, 64 callers of Hangfire leave none to its
    /// workers, and time out.
    /// </summary>
    private const string Pool = ";Maximum Pool Size=150";

    private static string Program =>
        typeof(DotnetComparisons)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "PeersAssembly")
            .Value!;

    public static async Task<Comparison> RunAsync(PostgreSqlProcess server, string name, int count, int pairs)
    {
        await using var theirs = await TurnDatabase.CreateAsync(server);
        await using var ours = await TurnDatabase.CreateAsync(server);
        string[] command = ["exec", Program, name, theirs.ConnectionString + Pool, Text(Concurrent)];
        await using var peer = await PeerProcess.StartAsync(new AnsweringProcess(OwnProcess.Program, command));
        await using var application = await Application.StartAsync(builder => builder.UsePostgreSql(ours.ConnectionString));
        return await Comparison.RunAsync(
            name,
            pairs,
            async () =>
            {
                await ours.CheckpointAsync();
                return await application.SendAsync(count, Concurrent);
            },
            async () =>
            {
                await theirs.CheckpointAsync();
                return await peer.SendAsync(name == "hangfire" ? count / HangfirePart : count);
            }
        );
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
