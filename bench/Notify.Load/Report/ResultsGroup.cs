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

    public static ResultsGroup Processes { get; } =
        new(
            "processes",
            "With several processes",
            """
            The ratio is the cost of a delivery with eight processes divided by that with one, so less is better: statements of
            PostgreSQL, bytes between it and the processes, bytes of its write-ahead log. The rates compare the eight with the one
            too. At the same rate for each process, the load of a process is the same. With 64 callers each, the machine is
            saturated: it delivers no more with eight, so that each has about an eighth of the deliveries. With 64 in all it has
            an eighth of the callers as well. Fewer calls can then share a statement, so these ratios are above 1 whatever
            Notify does.
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

    public static IReadOnlyList<ResultsGroup> All { get; } = [Ceilings, Peers, Load, Processes, Footprint];

    public string ChartName => $"RESULTS-{Name}.svg";
}
