namespace Notify.Dashboard.Layout;

/// <summary>The data of a chart: what succeeded and what failed per interval.</summary>
internal sealed record ChartData(IReadOnlyList<ChartPoint> Points, bool IsDaily)
{
    /// <summary>Gets the number of the highest bar.</summary>
    public long Max => Points.Max(point => point.Highest);

    /// <summary>Gets the height of a part of a bar. Even the smallest number is visible.</summary>
    public int Scale(long value, int height) => value == 0 ? 0 : Math.Max(2, (int)(value * (height - 4) / Max));

    /// <summary>Describes the chart for people who do not see it.</summary>
    /// <param name="goodName">The participle for what succeeded, such as <c>sent</c>.</param>
    /// <param name="badName">The participle for what failed; null if nothing can fail.</param>
    public string Describe(string goodName, string? badName)
    {
        var (good, bad) = (Points.Sum(point => point.Good), Points.Sum(point => point.Bad));
        var (first, last) = (Texts.Absolute(Points[0].At), Texts.Absolute(Points[^1].At));
        if (good + bad == 0)
            return $"Nothing was {goodName} from {first} to {last}.";

        var highest = Points.MaxBy(point => point.Good + point.Bad)!;
        var failed = badName is null ? "" : $" and {Texts.Number(bad)} {badName}";
        var delivered = Points.Sum(point => point.Delivered) is > 0 and var some ? $", {Texts.Number(some)} delivered" : "";
        return $"From {first} to {last}: {Texts.Number(good)} {goodName}{failed}{delivered}, "
            + $"most of them at {Texts.Absolute(highest.At)}.";
    }
}

/// <summary>One interval of a chart.</summary>
internal sealed record ChartPoint(DateTimeOffset At, long Good, long Bad)
{
    /// <summary>
    /// Gets how much vendors reported as delivered. It is marked on the bar, because it is a part of the sent ones.
    /// </summary>
    public long Delivered { get; init; }

    /// <summary>Gets the number to which the chart reaches here.</summary>
    public long Highest => Math.Max(Good + Bad, Delivered);
}
