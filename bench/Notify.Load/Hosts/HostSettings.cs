using System.Globalization;
using Notify.Providers;

namespace Notify.Load.Hosts;

/// <summary>The settings of a host process.</summary>
internal sealed record HostSettings
{
    /// <summary>The SQLite file of a single host, or null.</summary>
    public string? Database { get; init; }

    /// <summary>The engines of a host that is one of several, or null.</summary>
    public ClusterAddresses? Cluster { get; init; }

    /// <summary>The kinds of work that the host does.</summary>
    public Workers Workers { get; init; } = Workers.All;

    /// <summary>The file in which this process's vendor records its calls.</summary>
    public required string Record { get; init; }

    /// <summary>The port on the loopback address.</summary>
    public required int Port { get; init; }

    public int Seed { get; init; }

    public VendorMood Mood { get; init; } = VendorMood.Prompt;

    /// <summary>How long a slow vendor takes to answer.</summary>
    public TimeSpan VendorDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The timeout of an attempt. Short, so that deliveries of a killed process are soon continued by another.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The duration of a lease. Short for the same reason as <see cref="AttemptTimeout"/>.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a delivery is reserved for the process that gets its hint. Short for the same reason as
    /// <see cref="AttemptTimeout"/>.
    /// </summary>
    public TimeSpan HandOverTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long Kafka waits for a silent process. Short for the same reason as <see cref="AttemptTimeout"/>.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(6);

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public static HostSettings From(Arguments arguments)
    {
        var settings = new HostSettings
        {
            Database = arguments.Text("database"),
            Cluster = ClusterAddresses.From(arguments),
            Workers = Enum.Parse<Workers>(arguments.RequiredText("workers")),
            Record = arguments.RequiredText("record"),
            Port = arguments.Int32("port", 0, min: 1),
            Seed = arguments.Int32("seed", 0, min: 0),
            Mood = Enum.Parse<VendorMood>(arguments.RequiredText("mood")),
            VendorDelay = Milliseconds(arguments, "vendor-delay"),
            AttemptTimeout = Milliseconds(arguments, "attempt-timeout"),
            LeaseDuration = Milliseconds(arguments, "lease"),
            HandOverTime = Milliseconds(arguments, "hand-over"),
            SessionTimeout = Milliseconds(arguments, "session-timeout"),
        };
        arguments.RefuseUnknown();
        return settings;
    }

    public IEnumerable<string> ToArguments() =>
        [
            .. Database is null ? [] : new[] { "--database", Database },
            .. Cluster?.ToArguments() ?? [],
            "--workers",
            Workers.ToString(),
            "--record",
            Record,
            "--port",
            Text(Port),
            "--seed",
            Text(Seed),
            "--mood",
            Mood.ToString(),
            "--vendor-delay",
            Text((int)VendorDelay.TotalMilliseconds),
            "--attempt-timeout",
            Text((int)AttemptTimeout.TotalMilliseconds),
            "--lease",
            Text((int)LeaseDuration.TotalMilliseconds),
            "--hand-over",
            Text((int)HandOverTime.TotalMilliseconds),
            "--session-timeout",
            Text((int)SessionTimeout.TotalMilliseconds),
        ];

    private static TimeSpan Milliseconds(Arguments arguments, string name) =>
        TimeSpan.FromMilliseconds(arguments.Int32(name, 0, min: 1));

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
