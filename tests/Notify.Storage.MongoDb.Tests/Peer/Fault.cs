namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>A fault of one command.</summary>
internal enum Fault
{
    /// <summary>A member refuses, because another is the primary now.</summary>
    NotWritablePrimary,

    /// <summary>The command was carried out, and the way to the member that did was lost before the router heard of it.</summary>
    HostUnreachableAfter,

    /// <summary>The command was carried out, and the connection ends before the answer.</summary>
    ConnectionLostAfter,

    /// <summary>The write was carried out, and no majority has it in time.</summary>
    WriteConcernFailed,

    /// <summary>Of a batch, every second write was refused by its shard.</summary>
    PartOfBatchRefused,

    /// <summary>A router's knowledge of the chunks is old.</summary>
    StaleConfig,

    /// <summary>Another write to the documents was in flight.</summary>
    WriteConflict,

    /// <summary>The server has the index under another name.</summary>
    IndexOptionsConflict,

    /// <summary>The answer takes a while.</summary>
    Slow,

    /// <summary>The transaction was aborted and may be tried again.</summary>
    TransientTransactionError,

    /// <summary>The transaction may have been committed.</summary>
    UnknownTransactionCommitResult,

    /// <summary>The write would change the shard key of a document, or does not name it.</summary>
    ShardKeyRefused,

    /// <summary>The driver's pool hands out no connection until it has found the primary again.</summary>
    PoolPaused,
}
