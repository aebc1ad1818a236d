namespace Notify.Providers;

/// <summary>
/// A provider that sends deliveries over one channel through one vendor account. Two accounts with the same vendor are two
/// providers with different names. Implementations are singletons and must be safe for concurrent calls.
/// </summary>
public interface IDeliveryProvider
{
    /// <summary>
    /// Gets the name that is used in routing, metrics and attempts. It is lowercase and unique within the application.
    /// </summary>
    string Name { get; }

    /// <summary>Gets the channel over which the provider sends.</summary>
    Channel Channel { get; }

    /// <summary>
    /// Makes one attempt to send a delivery. Every response of the vendor is returned as an <see cref="Outcome"/>. An exception
    /// indicates a bug in the provider and is treated as <see cref="Outcome.AnswerLost"/>, because it leaves open whether the
    /// message was sent.
    /// </summary>
    /// <param name="delivery">The delivery to send. <see cref="Delivery.Id"/> is the same for all attempts.</param>
    /// <param name="cancellationToken">
    /// A token that is cancelled after <see cref="NotificationsOptions.AttemptTimeout"/> and at shutdown. Upon cancellation,
    /// either throw <see cref="OperationCanceledException"/>, which is treated as <see cref="Outcome.AnswerLost"/>, or
    /// immediately return an outcome: <see cref="Outcome.ProviderFailed"/> or <see cref="Outcome.Retry"/> if the message has
    /// certainly not been sent, for example while still connecting.
    /// </param>
    /// <returns>The outcome of the attempt.</returns>
    ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken);
}
