namespace Notify.Client.Outbox;

/// <summary>
/// The triggers that wait in the application's database, and those that the service refused. Triggers are stored with
/// <see cref="INotifier.TriggerAsync(Trigger, System.Data.Common.DbTransaction, CancellationToken)"/>.
/// </summary>
public interface IClientOutbox
{
    /// <summary>Counts the triggers.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task<OutboxCounts> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Lists refused triggers, the oldest first.</summary>
    /// <param name="after">The ID after which the list begins: the last one of the previous list.</param>
    /// <param name="limit">The maximum number of triggers, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task<IReadOnlyList<RefusedTrigger>> ListRefusedAsync(
        long after = 0,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>Sends a refused trigger again, with its idempotency key.</summary>
    /// <param name="id">The ID of the refused trigger.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>False if there is no refused trigger with this ID.</returns>
    Task<bool> RetryAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Sends all refused triggers with a code again, such as after the missing template was saved.</summary>
    /// <param name="code">The code.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of triggers.</returns>
    Task<long> RetryAllAsync(string code, CancellationToken cancellationToken = default);

    /// <summary>Deletes a refused trigger.</summary>
    /// <param name="id">The ID of the refused trigger.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>False if there is no refused trigger with this ID.</returns>
    Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default);
}
