using System.Data;
using System.Data.Common;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// A session's transaction in the shape in which the notifier takes one to its store. The application ends it, by its session.
/// </summary>
internal sealed class SessionTransaction(IClientSessionHandle session) : DbTransaction
{
    public IClientSessionHandle Session => session;

    public override IsolationLevel IsolationLevel => IsolationLevel.Snapshot;

    protected override DbConnection? DbConnection => null;

    public override void Commit() => throw new NotSupportedException("Commit the session's transaction.");

    public override void Rollback() => throw new NotSupportedException("Abort the session's transaction.");
}
