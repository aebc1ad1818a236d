using System.Globalization;

namespace Notify.Load.Measuring;

/// <summary>What of two turns is compared.</summary>
/// <param name="Of">The figure of a turn.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Unit">What it counts.</param>
internal sealed record Figure(Func<Turn, double> Of, string Format, string Unit)
{
    /// <summary>How many items a second.</summary>
    public static Figure Rate { get; } = new(turn => turn.PerSecond, "N0", "per second");

    /// <summary>What 99 of 100 wait at most.</summary>
    public static Figure Wait { get; } = new(turn => turn.P99, "0.00", "ms (p99)");

    public string Show(Turn turn) => Of(turn).ToString(Format, CultureInfo.InvariantCulture);
}
