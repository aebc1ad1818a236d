namespace Notify;

/// <summary>
/// The audit log: who changed what, when and from where. The HTTP API writes a record for every management call; an application
/// can add records of its own actions.
/// </summary>
public interface IAuditLog
{
    /// <summary>Adds a record, or replaces the record with the same ID.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The record is invalid.</exception>
    Task WriteAsync(AuditRecord record, CancellationToken cancellationToken = default);

    /// <summary>Lists the records of a tenant, newest first.</summary>
    /// <param name="query">The records to list.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The page. The order finds the time; the records of that time are examined for the other criteria, at most 5,000 per call.
    /// A page can therefore contain fewer records than its limit although <see cref="Page{T}.Next"/> is set.
    /// </returns>
    /// <exception cref="InvalidRequestException">The query or the page is invalid.</exception>
    Task<Page<AuditRecord>> ListAsync(AuditQuery query, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>Validates a query. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="query">The query.</param>
    /// <returns>The errors; empty if the query is valid.</returns>
    IReadOnlyList<FieldError> Validate(AuditQuery query);
}
