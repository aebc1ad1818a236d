namespace Notify.Providers;

/// <summary>
/// A provider that controls the time limit of its attempts, because its deliveries wait for a shared connection or for their
/// turn, or because its protocol prescribes how long to wait for a reply. The engine calls the overload with a timer instead of
/// the method of <see cref="IDeliveryProvider"/>.
/// </summary>
public interface ITimedDeliveryProvider : IDeliveryProvider
{
    /// <summary>Makes one attempt to send a delivery, like <see cref="IDeliveryProvider.SendAsync"/>.</summary>
    /// <param name="delivery">The delivery to send.</param>
    /// <param name="timer">The time limit of the attempt, which is already running.</param>
    /// <param name="cancellationToken">A token that is cancelled when the timer expires and at shutdown.</param>
    /// <returns>The outcome of the attempt.</returns>
    ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken);

    /// <inheritdoc/>
    ValueTask<Outcome> IDeliveryProvider.SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
        SendAsync(delivery, AttemptTimer.None, cancellationToken);
}
