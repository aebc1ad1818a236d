using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb;

/// <summary>Extension methods that trigger notifications within a MongoDB transaction.</summary>
public static class MongoDbNotifierExtensions
{
    /// <summary>
    /// Triggers a notification as part of the session's transaction. It is sent only if the transaction commits. Transactions
    /// need a replica set or a sharded cluster.
    /// </summary>
    /// <param name="notifier">The notifier.</param>
    /// <param name="trigger">The notification to send.</param>
    /// <param name="session">
    /// A session whose transaction has been started, of the client that the store uses (<see
    /// cref="MongoDbStoreOptions.Client"/>).
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidRequestException">The trigger is invalid.</exception>
    /// <exception cref="IdempotencyConflictException">A different trigger has already used the idempotency key.</exception>
    /// <exception cref="ArgumentException">
    /// The session has no transaction, or its write concern is weaker than a majority in the journal.
    /// </exception>
    /// <exception cref="MongoException">
    /// The exception has the label <c>TransientTransactionError</c>: run the transaction again, as <c>WithTransactionAsync</c>
    /// does automatically.
    /// </exception>
    public static async Task<TriggerResult> TriggerAsync(
        this INotifier notifier,
        Trigger trigger,
        IClientSessionHandle session,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(notifier);
        ArgumentNullException.ThrowIfNull(session);
        var transaction = new SessionTransaction(session);
        await using (transaction.ConfigureAwait(false))
            return await notifier.TriggerAsync(trigger, transaction, cancellationToken).ConfigureAwait(false);
    }
}
