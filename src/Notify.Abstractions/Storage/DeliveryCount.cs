using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// The number of deliveries of one kind that were settled within one minute. It contains no address and no content.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct DeliveryCount
{
    /// <summary>Gets the beginning of the minute.</summary>
    public required DateTimeOffset Minute { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Gets the name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>
    /// Gets the state to which the deliveries were settled; <see cref="DeliveryState.Pending"/> means that they will be retried.
    /// </summary>
    public required DeliveryState State { get; init; }

    /// <summary>Gets the number of deliveries.</summary>
    public required long Count { get; init; }
}
