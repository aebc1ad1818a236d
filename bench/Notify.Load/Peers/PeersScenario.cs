using Notify.Engines;
using Notify.Load.Measuring;

namespace Notify.Load.Peers;

/// <summary>
/// Compares Notify with libraries that users could choose instead, for the same work on the same machine. See
/// <see cref="DotnetComparisons"/> and <see cref="NodeComparisons"/>. There is a result for each of them. Its waits are Notify's:
/// for a durable trigger, or for the outcome of one delivery.
/// </summary>
internal static class PeersScenario
{
    public const string Name = "peers";

    private const string Fastest = "wolverine";
    private const double LeastRatio = 5,
        LeastOfFastest = 3;

    private static readonly string[] Dotnet = ["hangfire", "wolverine", "cap"];

    private static readonly Dictionary<string, Func<NodePackages, int, int, Task<Comparison>>> Node = new()
    {
        ["bullmq"] = NodeComparisons.BullMqAsync,
        ["node-apn"] = NodeComparisons.NodeApnAsync,
        ["firebase-admin"] = NodeComparisons.FirebaseAdminAsync,
        ["nodemailer"] = NodeComparisons.NodemailerAsync,
    };

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 40_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 2, min: 1);
        var only = arguments.Text("peer");
        arguments.RefuseUnknown();

        string[] names = [.. Dotnet, .. Node.Keys];
        if (only is not null && !names.Contains(only))
            throw new ArgumentException($"--peer must be one of {string.Join(", ", names)}.");

        await CompareDotnetAsync(Selected(Dotnet), count, pairs);
        await CompareNodeAsync(Selected(Node.Keys), count, pairs);
        return 0;

        string[] Selected(IEnumerable<string> all) => [.. all.Where(name => only is null || only == name)];
    }

    private static async Task CompareDotnetAsync(string[] names, int count, int pairs)
    {
        if (names.Length == 0)
            return;

        await using var server = await PostgreSqlProcess.StartAsync();
        foreach (var name in names)
        {
            Console.Error.WriteLine($"  {name}:");
            Print(await DotnetComparisons.RunAsync(server, name, count, pairs));
        }
    }

    private static async Task CompareNodeAsync(string[] names, int count, int pairs)
    {
        if (names.Length == 0)
            return;

        using var packages = await NodePackages.InstallAsync();
        foreach (var name in names)
        {
            Console.Error.WriteLine($"  {name}:");
            Print(await Node[name](packages, count, pairs));
        }
    }

    private static void Print(Comparison comparison)
    {
        var result = comparison.AtLeast(comparison.Scenario == Fastest ? LeastOfFastest : LeastRatio);
        (result with { Scenario = $"{Name}: {comparison.Scenario}" }).Print();
    }
}
