using System.Text.Json;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>Reads the plan of a query that EXPLAIN has run.</summary>
internal static class QueryPlan
{
    /// <summary>Counts the rows that a node of a plan and the nodes under it returned or skipped.</summary>
    public static double CountRead(JsonElement node) =>
        Count(node, "Actual Loops")
            * (Count(node, "Actual Rows") + Count(node, "Rows Removed by Filter") + Count(node, "Rows Removed by Index Recheck"))
        + (node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray().Sum(CountRead) : 0);

    public static double Count(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
