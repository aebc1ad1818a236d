namespace Notify;

/// <summary>
/// The endpoints that receive the events of tenants as webhooks. Each event becomes a separate delivery, which is stored together
/// with the change that it reports, signed according to the Standard Webhooks specification, and retried. It ends as a dead
/// letter if the endpoint never accepts it. The HTTP API is built on this interface, so both validate and answer in the same way.
/// </summary>
/// <remarks>
/// All processes use a change within 5 seconds. A method with a tenant finds only subscriptions of that tenant.
/// </remarks>
public interface IEventSubscriptions
{
    /// <summary>The maximum number of subscriptions of a tenant.</summary>
    const int MaxSubscriptions = 20;

    /// <summary>Creates a subscription.</summary>
    /// <param name="draft">The subscription to create.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The subscription with the secret of its endpoint. Subscriptions of a tenant to the same URL share the secret.
    /// </returns>
    /// <exception cref="InvalidRequestException">
    /// The draft is invalid, or the tenant has <see cref="MaxSubscriptions"/> subscriptions.
    /// </exception>
    Task<IssuedEventSubscription> CreateAsync(EventSubscriptionDraft draft, CancellationToken cancellationToken = default);

    /// <summary>
    /// Validates a subscription without reading the store. A front end can use this method to report these errors together with
    /// its own.
    /// </summary>
    /// <param name="draft">The subscription.</param>
    /// <returns>The errors; empty if the draft is valid.</returns>
    IReadOnlyList<FieldError> Validate(EventSubscriptionDraft draft);

    /// <summary>Finds a subscription.</summary>
    /// <param name="tenant">The tenant of the subscription.</param>
    /// <param name="id">The ID of the subscription.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The subscription; null if it does not exist.</returns>
    Task<Versioned<EventSubscription>?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Lists subscriptions in the order in which they were created.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<EventSubscription>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Replaces what a subscription was created with. Events that wait for a retry are sent to the new URL, or not at all if the
    /// subscription is disabled. Another URL has another secret; see <see cref="Providers.IEndpointSecrets"/>.
    /// </summary>
    /// <param name="id">The ID of the subscription.</param>
    /// <param name="draft">The new values, and the tenant of the subscription.</param>
    /// <param name="precondition">The condition under which it is replaced.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The result. <see cref="ChangeStatus.NotFound"/> if the subscription does not exist: it is not created.
    /// </returns>
    /// <exception cref="InvalidRequestException">The draft is invalid.</exception>
    Task<ChangeResult<EventSubscription>> ReplaceAsync(
        Guid id,
        EventSubscriptionDraft draft,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>Deletes a subscription. Events that wait for a retry are not sent any more.</summary>
    /// <param name="tenant">The tenant of the subscription.</param>
    /// <param name="id">The ID of the subscription.</param>
    /// <param name="precondition">The condition under which it is deleted.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see cref="ChangeStatus.Removed"/>, <see cref="ChangeStatus.NotFound"/> or <see cref="ChangeStatus.PreconditionFailed"/>.
    /// </returns>
    Task<ChangeStatus> DeleteAsync(
        string tenant,
        Guid id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Replaces the secret of a subscription's endpoint. For a while, events are signed with both secrets, so that the receiver
    /// can change over without an interruption.
    /// </summary>
    /// <param name="tenant">The tenant of the subscription.</param>
    /// <param name="id">The ID of the subscription.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The subscription with its new secret; null if it does not exist.</returns>
    /// <exception cref="NotSupportedException">The store does not keep rotations.</exception>
    Task<IssuedEventSubscription?> RotateSecretAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends an event of the type <see cref="NotifyEventTypes.SubscriptionTest"/> to a subscription's endpoint, also if the
    /// subscription is disabled.
    /// </summary>
    /// <param name="tenant">The tenant of the subscription.</param>
    /// <param name="id">The ID of the subscription.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The ID of the notification whose delivery carries the event; null if the subscription does not exist.
    /// </returns>
    Task<Guid?> SendTestAsync(string tenant, Guid id, CancellationToken cancellationToken = default);
}
