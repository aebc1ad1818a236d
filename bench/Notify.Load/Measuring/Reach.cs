using System.Globalization;

namespace Notify.Load.Measuring;

/// <summary>The ratio that a scenario has to reach.</summary>
internal sealed record Reach
{
    private readonly double _ratio;
    private readonly bool _orMore;

    private Reach(double ratio, bool orMore) => (_ratio, _orMore) = (ratio, orMore);

    /// <summary>For ratios of which more is better, such as those of rates.</summary>
    public static Reach AtLeast(double ratio) => new(ratio, orMore: true);

    /// <summary>For ratios of which less is better, such as those of waits.</summary>
    public static Reach AtMost(double ratio) => new(ratio, orMore: false);

    public bool IsReachedBy(double ratio) => MarginOf(ratio) >= 1;

    /// <summary>1 just reaches it, and more is better.</summary>
    public double MarginOf(double ratio) => _orMore ? ratio / _ratio : _ratio / ratio;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(_orMore ? "at least" : "at most")} {_ratio}");
}
