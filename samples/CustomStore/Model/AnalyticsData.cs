namespace Notify.Storage.Files.Model;

/// <summary>The counts of all tenants. They are written to one JSON file.</summary>
internal sealed class AnalyticsData
{
    public List<AnalyticsCount> Counts { get; init; } = [];

    /// <summary>Gets how far the events of each source have been counted.</summary>
    public Dictionary<string, AnalyticsCheckpoint> Checkpoints { get; init; } = [];

    public bool Add(IEnumerable<AnalyticsCount> counts)
    {
        foreach (var added in counts)
        {
            var index = Counts.FindIndex(count => count with { Value = 0 } == added with { Value = 0 });
            if (index < 0)
                Counts.Add(added);
            else
                Counts[index] = added with { Value = Counts[index].Value + added.Value };
        }

        return true;
    }

    public bool RollUp(AnalyticsResolution resolution, DateTimeOffset before)
    {
        var old = Counts.FindAll(count => count.Resolution == resolution && count.Time < before);
        Counts.RemoveAll(old.Contains);
        Add(old.Select(AnalyticsPeriods.RollUp));
        return old.Count > 0;
    }
}
