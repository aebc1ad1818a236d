namespace Notify.Storage.Toolkit;

/// <summary>
/// Converts the names of a count to and from texts that are never null, because the primary key of a table, and the ID of a
/// document, cannot contain null.
/// </summary>
public static class StoredCount
{
    /// <summary>Gets the detail, channel, provider, template, workflow and category; each is empty if there is none.</summary>
    /// <param name="count">The count.</param>
    public static string[] WriteNames(AnalyticsCount count) =>
        [
            count.Detail ?? "",
            count.Channel?.Name ?? "",
            count.Provider ?? "",
            count.Template ?? "",
            count.Workflow ?? "",
            count.Category ?? "",
        ];

    /// <summary>Adds the names to a count that was read without them.</summary>
    /// <param name="count">The count.</param>
    /// <param name="names">The names in the order of <see cref="WriteNames"/>.</param>
    public static AnalyticsCount WithNames(AnalyticsCount count, params ReadOnlySpan<string> names) =>
        count with
        {
            Detail = ToName(names[0]),
            Channel = names[1].Length == 0 ? null : Channel.Create(names[1]),
            Provider = ToName(names[2]),
            Template = ToName(names[3]),
            Workflow = ToName(names[4]),
            Category = ToName(names[5]),
        };

    private static string? ToName(string text) => text.Length == 0 ? null : text;
}
