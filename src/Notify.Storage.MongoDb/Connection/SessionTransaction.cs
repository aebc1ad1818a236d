using System.Data;
using System.Data.Common;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Wraps the transaction of a session in the type that the notifier passes to its store. The application ends the transaction
/// through its session.
/// </summary>
internal sealed class SessionTransaction(IClientSessionHandle session) : DbTransaction
{
    public IClientSessionHandle Session => session;

    public override IsolationLevel IsolationLevel => IsolationLevel.Snapshot;

    protected override DbConnection? DbConnection => null;

    public override void Commit() => throw new NotSupportedException("Commit the transaction through its session.");

    public override void Rollback() => throw new NotSupportedException("Abort the transaction through its session.");
}
