namespace Notify.Load.Report;

/// <summary>A part of the page with its own chart and table.</summary>
/// <param name="Name">The name of its chart's file.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Text">The explanation below the heading.</param>
internal sealed record ResultsGroup(string Name, string Title, string Text)
{
    public static ResultsGroup Ceilings { get; } =
        new(
            "ceilings",
            "Throughput against a ceiling",
            """
            The ceiling is the simplest program that does the same durable work, or makes the same calls. A ratio of 1 means that
            Notify costs nothing beside it.
            """
        );

    public static ResultsGroup Peers { get; } =
        new(
            "peers",
            "Throughput against other libraries",
            """
            The ceiling is the other library with the same work on the same machine. A ratio of 3 means that Notify is three times
            as fast. Hangfire, Wolverine and CAP use the same PostgreSQL server as Notify; BullMQ uses Redis; the others send to
            the same local server as Notify's providers.
            """
        );

    public static ResultsGroup Load { get; } =
        new(
            "load",
            "With a full store, a backlog, and many tenants",
            """
            The ceiling is Notify itself with little to do: an almost empty store, nothing else due, one tenant. In `fanout`,
            `fanout-personal`, `priority`, `fairness` and `tenants` the ratio compares waits or costs, so less is better. For
            reads and leases of `full` it is the 99th percentile divided by 50 ms.
            """
        );

    public static ResultsGroup Footprint { get; } =
        new(
            "footprint",
            "Start and footprint",
            """
            `start` compares the time to the first notification with that of a minimal API endpoint to its first answer. The ratio
            of `idle` is its share of one processor. Less is better in both.
            """
        );

    public static IReadOnlyList<ResultsGroup> All { get; } = [Ceilings, Peers, Load, Footprint];

    public string ChartName => $"RESULTS-{Name}.svg";
}
