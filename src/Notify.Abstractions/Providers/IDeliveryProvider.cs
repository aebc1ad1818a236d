namespace Notify.Providers;

/// <summary>
/// Sends over one channel through one vendor. Two accounts with one vendor are two providers with two names.
/// Implementations are singletons and are called concurrently.
/// </summary>
public interface IDeliveryProvider
{
    /// <summary>The name that routing, metrics and attempts show: lower case, unique in the application.</summary>
    string Name { get; }

    /// <summary>The channel it sends over.</summary>
    Channel Channel { get; }

    /// <summary>
    /// Makes one attempt. Whatever the vendor answers is an <see cref="Outcome"/>. An exception means a bug in the provider and
    /// is treated as <see cref="Outcome.AnswerLost"/>, because it does not tell whether the message was sent.
    /// </summary>
    /// <param name="delivery">What to send where. <see cref="Delivery.Id"/> stays the same over all attempts.</param>
    /// <param name="cancellationToken">
    /// Cancelled after <see cref="NotificationsOptions.AttemptTimeout"/> and at shutdown. Then either throw
    /// <see cref="OperationCanceledException"/>, which counts as <see cref="Outcome.AnswerLost"/>, or return an outcome at once:
    /// <see cref="Outcome.ProviderFailed"/> or <see cref="Outcome.Retry"/> where the message has certainly not been sent, as
    /// while connecting.
    /// </param>
    ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken);
}
