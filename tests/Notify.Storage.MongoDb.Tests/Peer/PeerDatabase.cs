using System.Collections.Immutable;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// The databases of a server, in memory. It carries out the commands that the store sends, one after the other.
/// </summary>
internal sealed class PeerDatabase
{
    private readonly Lock _lock = new();

    // By session and number, the answers to retryable writes: who repeats one gets its first answer.
    // https://www.mongodb.com/docs/manual/core/retryable-writes/
    private readonly Dictionary<(BsonValue Session, long Number), BsonDocument> _answered = [];
    private readonly Dictionary<BsonValue, PeerTransaction> _transactions = [];
    private ImmutableDictionary<string, PeerCollection> _collections = ImmutableDictionary<string, PeerCollection>.Empty;

    /// <summary>
    /// Is told of every filter that a command has, and how an index serves it. The database refuses then what no index serves, as
    /// a server does with the parameter <c>notablescan</c>.
    /// </summary>
    public Action<QueryShape>? Observe { get; init; }

    public BsonDocument? Execute(BsonDocument command)
    {
        lock (_lock)
        {
            try
            {
                return command.Contains("autocommit") ? ExecuteInTransaction(command) : ExecuteOnce(command);
            }
            catch (PeerException exception)
            {
                return exception.Answer;
            }
        }
    }

    private BsonDocument? ExecuteOnce(BsonDocument command)
    {
        (BsonValue, long)? retryable = command.TryGetValue("txnNumber", out var number)
            ? (command["lsid"]["id"], number.ToInt64())
            : null;
        if (retryable is { } known && _answered.TryGetValue(known, out var before))
            return before;

        var view = new PeerView(_collections, Observe);
        var answer = view.Execute(command);
        _collections = view.Collections;
        if (retryable is { } first && answer is not null)
            _answered.Add(first, answer);
        return answer;
    }

    // A transaction sees the collections as they were at its first command, and its own writes. It commits if no document that it
    // wrote has changed since. https://www.mongodb.com/docs/manual/core/transactions/
    private BsonDocument? ExecuteInTransaction(BsonDocument command)
    {
        var session = command["lsid"]["id"];
        if (command.GetElement(0).Name == "abortTransaction")
        {
            _transactions.Remove(session);
            return new BsonDocument("ok", 1);
        }

        if (command.GetElement(0).Name == "commitTransaction")
            return Commit(session);

        if (command.Contains("startTransaction"))
            _transactions[session] = new PeerTransaction(_collections, new PeerView(_collections, Observe));
        return _transactions[session].View.Execute(command);
    }

    private BsonDocument Commit(BsonValue session)
    {
        // A commit that is repeated was carried out already.
        if (!_transactions.Remove(session, out var transaction))
            return new BsonDocument("ok", 1);

        foreach (var (name, id) in transaction.View.Written)
        {
            var before = transaction.Before.GetValueOrDefault(name, PeerCollection.Empty).Documents.GetValueOrDefault(id);
            var now = _collections.GetValueOrDefault(name, PeerCollection.Empty).Documents.GetValueOrDefault(id);
            if (!ReferenceEquals(before, now))
                return PeerError.WriteConflict.CreateAnswer("TransientTransactionError");
        }

        foreach (var (name, id) in transaction.View.Written)
        {
            var after = transaction.View.Collections[name].Documents.GetValueOrDefault(id);
            var collection = _collections.GetValueOrDefault(name, PeerCollection.Empty);
            _collections = _collections.SetItem(name, after is null ? collection.Remove(id) : collection.Put(after));
        }

        return new BsonDocument("ok", 1);
    }

    private sealed record PeerTransaction(ImmutableDictionary<string, PeerCollection> Before, PeerView View);
}
