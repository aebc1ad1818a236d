namespace Notify.Core.Events;

/// <summary>
/// Publishes events that the store already has: to the sinks of this process, and to the subscriptions of the tenant.
/// </summary>
internal sealed class EventPublisher(EventSinks sinks, EventForwarder forwarder)
{
    /// <summary>
    /// Determines whether a sink or a subscription wants events of a type. An event that nothing wants need not be created.
    /// </summary>
    public async ValueTask<bool> AreWantedAsync(string tenant, string type, CancellationToken cancellationToken) =>
        sinks.Want(type)
        || (await forwarder.FindSubscribersAsync(tenant, type, cancellationToken).ConfigureAwait(false)).Count > 0;

    /// <summary>Publishes an event. When this method returns, the event is durable for the subscriptions.</summary>
    public ValueTask PublishAsync(NotifyEvent happened, CancellationToken cancellationToken)
    {
        sinks.Publish(happened);
        return forwarder.ForwardAsync(happened, cancellationToken);
    }
}
