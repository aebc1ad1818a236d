namespace Notify.Transport.Kafka.Hints;

/// <summary>The lanes in the order of their weight, which is also the order of <see cref="Priority"/>.</summary>
internal static class Lane
{
    public static readonly Priority[] All = [Priority.High, Priority.Normal, Priority.Bulk];

    public static string GetName(Priority lane) =>
        lane switch
        {
            Priority.High => "high",
            Priority.Normal => "normal",
            _ => "bulk",
        };
}
