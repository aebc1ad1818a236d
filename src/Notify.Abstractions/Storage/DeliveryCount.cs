namespace Notify.Storage;

/// <summary>
/// The number of deliveries of one kind that were settled within one minute. It contains no address and no content.
/// </summary>
/// <param name="Minute">The beginning of the minute.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Provider">The name of the provider.</param>
/// <param name="State">
/// The state to which the deliveries were settled; <see cref="DeliveryState.Pending"/> means that they will be retried.
/// </param>
/// <param name="Count">The number of deliveries.</param>
public readonly record struct DeliveryCount(
    DateTimeOffset Minute,
    string Tenant,
    Channel Channel,
    string Provider,
    DeliveryState State,
    long Count
);
