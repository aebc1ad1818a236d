namespace Notify.Providers;

/// <summary>
/// A provider that steers the time limit of its attempts: one whose deliveries wait for a connection or a turn that they share,
/// or whose protocol prescribes how long an answer is awaited. The engine calls it with a timer instead of the method of
/// <see cref="IDeliveryProvider"/>.
/// </summary>
public interface ITimedDeliveryProvider : IDeliveryProvider
{
    /// <summary>Makes one attempt, as <see cref="IDeliveryProvider.SendAsync"/> does.</summary>
    /// <param name="delivery">What to send where.</param>
    /// <param name="timer">The attempt's time limit, which runs.</param>
    /// <param name="cancellationToken">Cancelled at the end of the timer and at shutdown.</param>
    ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken);

    /// <inheritdoc/>
    ValueTask<Outcome> IDeliveryProvider.SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
        SendAsync(delivery, AttemptTimer.None, cancellationToken);
}
