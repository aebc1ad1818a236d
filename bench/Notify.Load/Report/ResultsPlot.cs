using System.Globalization;
using System.Text;
using Notify.Load.Measuring;

namespace Notify.Load.Report;

/// <summary>Draws one bar per scenario. The better the ratio, the longer the bar. A line marks the target.</summary>
internal static class ResultsPlot
{
    private const int RowHeight = 28,
        BarHeight = 16,
        Left = 250,
        Unit = 240,
        Right = 240,
        Top = 34;

    /// <summary>A bar is cut off at this length. Its number shows the true ratio.</summary>
    private const double Longest = 2;

    public static string Draw(string title, IReadOnlyList<RatioResult> results)
    {
        var (width, height) = (Left + (int)(Unit * Longest) + Right, Top + results.Count * RowHeight + 10);
        var plot = new StringBuilder();
        plot.Append(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"
            font-family="sans-serif" font-size="13" role="img">
            <title>{title}</title>
            <rect width="{width}" height="{height}" fill="#ffffff"/>
            <line x1="{Left + Unit}" y1="{Top - 8}" x2="{Left + Unit}" y2="{height - 6}" stroke="#6b7280" stroke-dasharray="4 3"/>
            <text x="{Left + Unit}" y="{Top - 14}" text-anchor="middle" fill="#374151">target</text>

            """
        );
        for (var i = 0; i < results.Count; i++)
            DrawRow(plot, results[i], Top + i * RowHeight);
        return plot.Append("</svg>\n").ToString();
    }

    private static void DrawRow(StringBuilder plot, RatioResult result, int y)
    {
        var length = (int)(Math.Min(result.Margin, Longest) * Unit);
        var (middle, colour) = (y + (RowHeight + BarHeight) / 2 - 7, result.Reached ? "#0f766e" : "#c2410c");
        plot.Append(
            CultureInfo.InvariantCulture,
            $"""
            <text x="{Left - 8}" y="{middle}" text-anchor="end" fill="#111827">{result.Scenario}</text>
            <rect x="{Left}" y="{y + (RowHeight - BarHeight) / 2}" width="{length}" height="{BarHeight}" rx="2" fill="{colour}"/>
            <text x="{Left + length + 8}" y="{middle}" fill="#111827">{result.Ratio:0.00}, {result.Reach}{(
                result.Reached ? "" : ": missed"
            )}</text>

            """
        );
    }
}
