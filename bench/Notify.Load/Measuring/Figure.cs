using System.Globalization;

namespace Notify.Load.Measuring;

/// <summary>The figure that is compared between two turns.</summary>
/// <param name="GetValue">Reads the figure from a turn.</param>
/// <param name="Format">The format in which it is printed.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record Figure(Func<Turn, double> GetValue, string Format, string Unit)
{
    /// <summary>The number of items per second.</summary>
    public static Figure Rate { get; } = new(turn => turn.PerSecond, "N0", "per second");

    /// <summary>The 99th percentile of the waits.</summary>
    public static Figure Wait { get; } = new(turn => turn.P99, "0.00", "ms (p99)");

    /// <summary>The median of the waits.</summary>
    public static Figure Median { get; } = new(turn => turn.P50, "0.00", "ms (median)");

    /// <summary>The time that an item takes.</summary>
    public static Figure Cost { get; } = new(turn => turn.Seconds / turn.Count * 1e6, "0.00", "µs each");

    public string Show(Turn turn) => GetValue(turn).ToString(Format, CultureInfo.InvariantCulture);
}
