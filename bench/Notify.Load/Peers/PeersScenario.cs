using Notify.Engines;
using Notify.Load.Measuring;

namespace Notify.Load.Peers;

/// <summary>
/// Compares Notify with libraries that users could choose instead, for the same work on the same machine. See
/// <see cref="DotnetComparisons"/> and <see cref="NodeComparisons"/>. The result is that of the pair with the smallest ratio. Its
/// waits are Notify's: for a durable trigger, or for the outcome of one delivery.
/// </summary>
internal static class PeersScenario
{
    public const string Name = "peers";

    private const double LeastRatio = 3;

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

        var comparisons = new List<Comparison>();
        await CompareDotnetAsync(Selected(Dotnet), count, pairs, comparisons);
        await CompareNodeAsync(Selected(Node.Keys), count, pairs, comparisons);
        Print(comparisons);
        return 0;

        string[] Selected(IEnumerable<string> all) => [.. all.Where(name => only is null || only == name)];
    }

    private static async Task CompareDotnetAsync(string[] names, int count, int pairs, List<Comparison> comparisons)
    {
        if (names.Length == 0)
            return;

        await using var server = await PostgreSqlProcess.StartAsync();
        foreach (var name in names)
        {
            Console.Error.WriteLine($"  {name}:");
            comparisons.Add(await DotnetComparisons.RunAsync(server, name, count, pairs));
        }
    }

    private static async Task CompareNodeAsync(string[] names, int count, int pairs, List<Comparison> comparisons)
    {
        if (names.Length == 0)
            return;

        using var packages = await NodePackages.InstallAsync();
        foreach (var name in names)
        {
            Console.Error.WriteLine($"  {name}:");
            comparisons.Add(await Node[name](packages, count, pairs));
        }
    }

    private static void Print(List<Comparison> comparisons)
    {
        var details = new Dictionary<string, double>();
        foreach (var comparison in comparisons)
        {
            var key = comparison.Scenario.Replace('-', '_');
            details[$"{key}_ratio"] = Math.Round(comparison.Ratio, 3);
            details[$"{key}_per_second"] = Math.Round(comparison.Median.Ceiling.PerSecond);
            details[$"ours_beside_{key}_per_second"] = Math.Round(comparison.Median.Ours.PerSecond);
        }

        var smallest = comparisons.MinBy(comparison => comparison.Ratio)!;
        (smallest.AtLeast(LeastRatio) with { Scenario = Name, Details = details }).Print();
    }
}
