using Notify.Engines;

namespace Notify.Load.Recovery;

/// <summary>The settings of the disaster recovery drill.</summary>
internal sealed record DrillSettings
{
    /// <summary>Whether a commit waits until the other region has it.</summary>
    public required bool IsSynchronous { get; init; }

    /// <summary>Whether watch.sh notices the loss. Otherwise failover.sh is run at once, as by an operator.</summary>
    public required bool IsAutomatic { get; init; }

    /// <summary>
    /// The number of seconds between the first acknowledgement that is not replicated and the loss of the region; 0 if
    /// replication is not held.
    /// </summary>
    public required int LagSeconds { get; init; }

    /// <summary>Whether the lost region takes over again at the end.</summary>
    public required bool FailsBack { get; init; }

    /// <summary>The notifications that are accepted before, between and after the changes.</summary>
    public required int Count { get; init; }

    public required int Clients { get; init; }

    /// <summary>The pause of a client after each notification.</summary>
    public required TimeSpan Pause { get; init; }

    /// <summary>
    /// How long an attempt may take. A message whose answer comes later is sent again, so a busy machine must not exceed it.
    /// </summary>
    public required TimeSpan AttemptTimeout { get; init; }

    /// <summary>How long before a loss a message may have been received that is sent again.</summary>
    public TimeSpan LeaseDuration => AttemptTimeout * 2;

    /// <summary>The seconds between two checks of watch.sh.</summary>
    public required int Interval { get; init; }

    /// <summary>The failed checks in a row after which watch.sh fails over.</summary>
    public required int Failures { get; init; }

    /// <summary>The host processes of each region.</summary>
    public required (string Name, string Roles)[] Members { get; init; }

    public static DrillSettings From(Arguments arguments)
    {
        var settings = new DrillSettings
        {
            IsSynchronous = Choose(arguments, "replication", "asynchronous", "synchronous"),
            IsAutomatic = !Choose(arguments, "failover", "automatic", "manual"),
            LagSeconds = arguments.Int32("lag-seconds", 0, min: 0),
            FailsBack = !Choose(arguments, "failback", "yes", "no"),
            Count = arguments.Int32("count", 2_000, min: 1),
            Clients = arguments.Int32("clients", 16, min: 1),
            Pause = TimeSpan.FromMilliseconds(arguments.Int32("pause-ms", 0, min: 0)),
            AttemptTimeout = TimeSpan.FromMilliseconds(arguments.Int32("attempt-timeout-ms", 5_000, min: 1)),
            Interval = arguments.Int32("interval", 5, min: 1),
            Failures = arguments.Int32("failures", 6, min: 1),
            Members = Choose(arguments, "processes", "every-role", "one") ? HostCluster.OneProcess : HostCluster.EveryRole,
        };
        arguments.RefuseUnknown();
        return settings is { IsSynchronous: true, LagSeconds: > 0 }
            ? throw new ArgumentException("--lag-seconds needs --replication asynchronous: synchronous commits would wait.")
            : settings;
    }

    /// <summary>Returns whether the option has its second value. By default, it has its first.</summary>
    private static bool Choose(Arguments arguments, string name, string first, string second)
    {
        var value = arguments.Text(name);
        if (value is not null && value != first && value != second)
            throw new ArgumentException($"--{name} must be '{first}' or '{second}', not '{value}'.");
        return value == second;
    }
}
