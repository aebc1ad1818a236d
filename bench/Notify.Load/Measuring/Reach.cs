using System.Globalization;

namespace Notify.Load.Measuring;

/// <summary>The target for a scenario's ratio.</summary>
internal sealed record Reach
{
    private readonly double _ratio;
    private readonly bool _orMore;

    private Reach(double ratio, bool orMore) => (_ratio, _orMore) = (ratio, orMore);

    /// <summary>A target for ratios where more is better, such as those of rates.</summary>
    public static Reach AtLeast(double ratio) => new(ratio, orMore: true);

    /// <summary>A target for ratios where less is better, such as those of waits.</summary>
    public static Reach AtMost(double ratio) => new(ratio, orMore: false);

    public bool IsReachedBy(double ratio) => GetMargin(ratio) >= 1;

    /// <summary>Returns how a ratio compares with the target: 1 means that it is just reached, and more is better.</summary>
    public double GetMargin(double ratio) => _orMore ? ratio / _ratio : _ratio / ratio;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(_orMore ? "at least" : "at most")} {_ratio}");
}
