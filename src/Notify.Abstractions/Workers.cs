namespace Notify;

/// <summary>
/// The kinds of work that a process does. A single process does all of them; in a cluster, each kind of process does some. Each
/// kind of work can run in any number of processes, because work is leased from the store.
/// </summary>
[Flags]
public enum Workers
{
    /// <summary>No work. The process only triggers notifications, and other processes send them.</summary>
    None = 0,

    /// <summary>Sends deliveries: those that a transport hints at, and those that are due.</summary>
    Delivery = 1,

    /// <summary>
    /// Sends only deliveries that have fallen due: retries, scheduled deliveries, and those left behind by a crash.
    /// </summary>
    Retry = 2,

    /// <summary>Expands notifications to topics into deliveries.</summary>
    Expansion = 4,

    /// <summary>Closes digests.</summary>
    Digest = 8,

    /// <summary>
    /// Purges data that is older than <see cref="NotificationsOptions.Retention"/> or has expired, and erases the data of removed
    /// users.
    /// </summary>
    Retention = 16,

    /// <summary>Counts the events that a transport carries, if processes do not count their own.</summary>
    Analytics = 32,

    /// <summary>Runs jobs, such as imports.</summary>
    Jobs = 64,

    /// <summary>All kinds of work. The default.</summary>
    All = Delivery | Retry | Expansion | Digest | Retention | Analytics | Jobs,
}
