namespace Notify.Dashboard.Layout;

/// <summary>The data of a chart: what succeeded and what failed per interval.</summary>
internal sealed record ChartData(IReadOnlyList<ChartPoint> Points, string FirstLabel, string LastLabel)
{
    private long Max => Math.Max(1, Points.Max(point => point.Good + point.Bad));

    /// <summary>Gets the height of a part of a bar. Even the smallest number is visible.</summary>
    public int Scale(long value, int height) => value == 0 ? 0 : Math.Max(2, (int)(value * (height - 4) / Max));

    /// <summary>Describes the chart for people who do not see it.</summary>
    public string Describe()
    {
        var (good, bad) = (Points.Sum(point => point.Good), Points.Sum(point => point.Bad));
        if (good + bad == 0)
            return $"Nothing was sent from {FirstLabel} to {LastLabel}.";

        var highest = Points.MaxBy(point => point.Good + point.Bad)!;
        return $"From {FirstLabel} to {LastLabel}: {Texts.Number(good)} sent and {Texts.Number(bad)} failed, "
            + $"most of them at {Texts.Absolute(highest.At)}.";
    }
}

/// <summary>One interval of a chart.</summary>
internal sealed record ChartPoint(DateTimeOffset At, long Good, long Bad);
