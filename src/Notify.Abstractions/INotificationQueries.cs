namespace Notify;

/// <summary>
/// The notifications of a tenant and what became of them: lists, timelines, dead letters and counts. The HTTP API is built on
/// this interface, so both validate, page and answer in the same way.
/// </summary>
public interface INotificationQueries
{
    /// <summary>Finds a notification with its progress and a page of its deliveries.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the notification.</param>
    /// <param name="deliveries">The page of deliveries; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The notification; null if the tenant has no such notification.</returns>
    /// <exception cref="InvalidRequestException">The tenant or the page is invalid.</exception>
    Task<NotificationTimeline?> FindAsync(
        string tenant,
        Guid id,
        PageRequest? deliveries = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Lists notifications, newest first.</summary>
    /// <param name="query">The notifications to list.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The page. An index finds the time, the reference and the tag; the notifications that it finds are examined for the other
    /// criteria, at most 5,000 per call and not much longer than a tenth of a second. With those criteria, a page can therefore
    /// contain fewer notifications than its limit, even none, although <see cref="Page{T}.Next"/> is set.
    /// </returns>
    /// <exception cref="InvalidRequestException">The query or the page is invalid.</exception>
    Task<Page<NotificationSummary>> ListAsync(
        NotificationQuery query,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Lists dead letters by the time at which they ended, newest first.</summary>
    /// <param name="filter">The dead letters to list.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The page. For a reason, one call examines at most 5,000 of the dead letters that match the other criteria, so a page can
    /// contain fewer than its limit, even none, although <see cref="Page{T}.Next"/> is set.
    /// </returns>
    /// <exception cref="InvalidRequestException">The filter or the page is invalid.</exception>
    Task<Page<DeliveryRecord>> ListDeadLettersAsync(
        DeadLetterFilter filter,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Counts dead letters.</summary>
    /// <param name="filter">The dead letters to count.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The filter is invalid.</exception>
    Task<long> CountDeadLettersAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes dead letters due again with a new retry budget, the oldest first, in batches so that regular deliveries continue
    /// meanwhile. Deliveries that become dead letters after the call began are not replayed.
    /// </summary>
    /// <param name="replay">The dead letters to replay.</param>
    /// <param name="cancellationToken">A token to cancel the operation. Batches that were replayed before remain so.</param>
    /// <exception cref="InvalidRequestException">The replay is invalid. Nothing was replayed.</exception>
    Task<ReplayResult> ReplayDeadLettersAsync(DeadLetterReplay replay, CancellationToken cancellationToken = default);

    /// <summary>Counts settled deliveries per minute, channel, provider and state.</summary>
    /// <param name="query">The deliveries to count.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The query is invalid.</exception>
    Task<DeliveryCounts> CountDeliveriesAsync(DeliveryCountQuery query, CancellationToken cancellationToken = default);

    /// <summary>Validates a query. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="query">The query.</param>
    /// <returns>The errors; empty if the query is valid.</returns>
    IReadOnlyList<FieldError> Validate(NotificationQuery query);

    /// <summary>Validates a filter. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="filter">The filter.</param>
    /// <returns>The errors; empty if the filter is valid.</returns>
    IReadOnlyList<FieldError> Validate(DeadLetterFilter filter);

    /// <summary>Validates a replay. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="replay">The replay.</param>
    /// <returns>The errors; empty if the replay is valid.</returns>
    IReadOnlyList<FieldError> Validate(DeadLetterReplay replay);

    /// <summary>Validates a query. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="query">The query.</param>
    /// <returns>The errors; empty if the query is valid.</returns>
    IReadOnlyList<FieldError> Validate(DeliveryCountQuery query);
}
