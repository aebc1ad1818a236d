using System.Diagnostics.CodeAnalysis;
using Notify.Providers;

namespace Notify.Storage;

/// <summary>The result with which a lease ends. A queue writes it only if the lease is still valid.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record Settlement
{
    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>Gets the fence of the lease. The settlement is written only if the delivery still has this fence.</summary>
    public required long Fence { get; init; }

    /// <summary>Gets the new state of the delivery.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>
    /// Gets the time at which the delivery falls due again; null if and only if <see cref="State"/> is terminal.
    /// </summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Gets the name of the provider that sends the delivery from now on.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the number of attempts that have counted against the retry budget so far.</summary>
    public required int AttemptsSpent { get; init; }

    /// <summary>
    /// Gets the delay from which the next one is computed. <see cref="DueAt"/> may be later than this delay implies, for example
    /// because of quiet hours.
    /// </summary>
    public TimeSpan RetryDelay { get; init; }

    /// <summary>Gets the reason the delivery ended or is waiting.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the attempt to append to the history; null if none was made.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>Gets the time at which the delivery was settled.</summary>
    public required DateTimeOffset SettledAt { get; init; }
}
