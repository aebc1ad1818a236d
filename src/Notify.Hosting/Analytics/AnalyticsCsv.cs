using System.Globalization;
using System.Text;

namespace Notify.Hosting.Analytics;

/// <summary>Writes figures as CSV (RFC 4180), with a header line.</summary>
internal static class AnalyticsCsv
{
    /// <summary>The characters with which a spreadsheet takes a cell for a formula.</summary>
    private const string FormulaStarts = "=+-@\t\r";

    private static readonly (string Name, Func<AnalyticsRow, long> Get)[] Numbers =
    [
        ("accepted", row => row.Accepted),
        ("sent", row => row.Sent),
        ("delivered", row => row.Delivered),
        ("opened", row => row.Opened),
        ("clicked", row => row.Clicked),
        ("bounced", row => row.Bounced),
        ("complained", row => row.Complained),
        ("failed", row => row.Failed),
        ("failed.rejected", row => row.FailedBy.GetValueOrDefault(FailureClasses.Rejected)),
        ("failed.recipientGone", row => row.FailedBy.GetValueOrDefault(FailureClasses.RecipientGone)),
        ("failed.answerLost", row => row.FailedBy.GetValueOrDefault(FailureClasses.AnswerLost)),
        ("failed.attemptsSpent", row => row.FailedBy.GetValueOrDefault(FailureClasses.AttemptsSpent)),
        ("failed.expired", row => row.FailedBy.GetValueOrDefault(FailureClasses.Expired)),
        ("retried", row => row.Retried),
        ("postponed", row => row.Postponed),
        ("cancelled", row => row.Cancelled),
        ("pruned", row => row.Pruned),
    ];

    /// <summary>
    /// Writes the rows. The names by which they are grouped, and the currencies that they contain, have columns.
    /// </summary>
    public static string Write(AnalyticsDimensions groupBy, IReadOnlyList<AnalyticsRow> rows)
    {
        string[] names = [.. AnalyticsReader.Dimensions.Where(known => groupBy.HasFlag(known.Value)).Select(known => known.Key)];
        string[] currencies = [.. rows.SelectMany(row => row.Costs.Keys).Distinct().Order(StringComparer.Ordinal)];
        var csv = new StringBuilder();
        WriteLine(
            csv,
            ["time", .. names, .. Numbers.Select(number => number.Name), .. currencies.Select(currency => $"cost.{currency}")]
        );
        foreach (var row in rows)
        {
            WriteLine(
                csv,
                [
                    row.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                    .. names.Select(name => Guard(GetName(row, name))),
                    .. Numbers.Select(number => number.Get(row).ToString(CultureInfo.InvariantCulture)),
                    .. currencies.Select(currency =>
                        row.Costs.GetValueOrDefault(currency).ToString("0.######", CultureInfo.InvariantCulture)
                    ),
                ]
            );
        }

        return csv.ToString();
    }

    private static string GetName(AnalyticsRow row, string name) =>
        name switch
        {
            "channel" => row.Channel?.Name,
            "provider" => row.Provider,
            "template" => row.Template,
            "workflow" => row.Workflow,
            _ => row.Category,
        } ?? "";

    // Callers choose the names, and somebody else opens the file. A spreadsheet shows a cell that begins with an apostrophe as
    // text.
    private static string Guard(string text) => text.Length > 0 && FormulaStarts.Contains(text[0]) ? $"'{text}" : text;

    private static void WriteLine(StringBuilder csv, IEnumerable<string> cells) =>
        csv.AppendJoin(',', cells.Select(Quote)).Append("\r\n");

    private static string Quote(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
