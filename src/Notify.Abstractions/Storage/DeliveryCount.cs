namespace Notify.Storage;

/// <summary>How many deliveries were settled alike within one minute. It carries no address and no content.</summary>
/// <param name="Minute">The minute's begin.</param>
/// <param name="Tenant">On whose behalf.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Provider">The provider.</param>
/// <param name="State">Where the deliveries stood since; <see cref="DeliveryState.Pending"/> means that they are retried.</param>
/// <param name="Count">How many.</param>
public readonly record struct DeliveryCount(
    DateTimeOffset Minute,
    string Tenant,
    Channel Channel,
    string Provider,
    DeliveryState State,
    long Count
);
