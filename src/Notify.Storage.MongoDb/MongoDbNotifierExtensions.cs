using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb;

/// <summary>Triggers within a transaction of MongoDB.</summary>
public static class MongoDbNotifierExtensions
{
    /// <summary>
    /// Like <see cref="INotifier.TriggerAsync(Trigger, CancellationToken)"/>, but the notification becomes part of the session's
    /// transaction: it is sent only if that commits. Transactions need a replica set.
    /// </summary>
    /// <param name="notifier">The notifier.</param>
    /// <param name="trigger">What to notify of.</param>
    /// <param name="session">
    /// A session with a transaction that has begun, of the client that the store uses (<see cref="MongoDbStoreOptions.Client"/>).
    /// </param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="InvalidRequestException">The trigger is not valid.</exception>
    /// <exception cref="IdempotencyConflictException">Another trigger has the key.</exception>
    /// <exception cref="ArgumentException">
    /// The session has no transaction, or its write concern is weaker than a majority in the journal.
    /// </exception>
    /// <exception cref="MongoException">
    /// With the label <c>TransientTransactionError</c>: the transaction must be tried again, as <c>WithTransactionAsync</c> does
    /// by itself.
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
