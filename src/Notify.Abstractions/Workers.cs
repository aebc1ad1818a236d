using Notify.Providers;

namespace Notify;

/// <summary>
/// What a process works on. In one process everything; a cluster gives each kind of process its part. Any part can run in any
/// number of processes, since what is to be done is leased from the store.
/// </summary>
[Flags]
public enum Workers
{
    /// <summary>Nothing: the process only triggers, and others send.</summary>
    None = 0,

    /// <summary>Sends deliveries: those that a transport hints at, and those that are due.</summary>
    Delivery = 1,

    /// <summary>Sends only deliveries that have fallen due: retries, scheduled ones, and what a crash left behind.</summary>
    Retry = 2,

    /// <summary>Turns notifications to topics into deliveries.</summary>
    Expansion = 4,

    /// <summary>Closes digests.</summary>
    Digest = 8,

    /// <summary>
    /// Purges what is older than <see cref="NotificationsOptions.Retention"/> and what has expired, and erases what is stored
    /// about removed users.
    /// </summary>
    Retention = 16,

    /// <summary>All of them. The default.</summary>
    All = Delivery | Retry | Expansion | Digest | Retention,
}
