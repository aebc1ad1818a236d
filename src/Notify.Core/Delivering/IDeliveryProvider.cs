using Notify.Queueing;

namespace Notify.Delivering;

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
    /// Makes one attempt. Whatever the vendor answers is an <see cref="Outcome"/>; an exception means a bug in the provider
    /// and is treated as <see cref="Outcome.Retry"/>.
    /// </summary>
    /// <param name="delivery">What to send where. <see cref="Delivery.Id"/> stays the same over all attempts.</param>
    /// <param name="cancellationToken">Cancelled after <see cref="NotificationsOptions.AttemptTimeout"/> and at shutdown.</param>
    ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken);
}
