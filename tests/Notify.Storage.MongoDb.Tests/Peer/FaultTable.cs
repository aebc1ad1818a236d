using System.Collections.Immutable;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>A command of the store, by its name and the collection that it concerns.</summary>
internal readonly record struct CommandKind(string Command, string Collection)
{
    /// <summary>Null for a command that only keeps the connection, or that ends a transaction.</summary>
    public static CommandKind? TryCreate(BsonDocument command) =>
        command.GetElement(0) is { Name: var name, Value.IsString: true } first && FaultTable.Commands.Contains(name)
            ? new CommandKind(name, first.Value.AsString)
            : null;

    public override string ToString() => $"{Command} {Collection}";
}

/// <summary>
/// Which faults a server can answer to which command. Every fault that is left out has its reason, from MongoDB's manual
/// (https://www.mongodb.com/docs/manual/) or the server's source (https://github.com/mongodb/mongo).
/// </summary>
internal static class FaultTable
{
    /// <summary>The commands that the store sends outside of transactions.</summary>
    public static readonly ImmutableHashSet<string> Commands =
    [
        "find",
        "aggregate",
        "distinct",
        "listIndexes",
        "insert",
        "update",
        "delete",
        "findAndModify",
        "createIndexes",
    ];

    public static readonly Fault[] Faults = Enum.GetValues<Fault>();

    public static bool IsWrite(string command) => command is "insert" or "update" or "delete" or "findAndModify";

    /// <summary>The faults to inject at a command, in the order of the enumeration.</summary>
    public static Fault[] GetFaults(string command) => [.. Faults.Where(fault => GetReasonAgainst(command, fault) is null)];

    /// <summary>
    /// The reason why a fault is not injected at a command of the suites; null if it is.
    /// </summary>
    public static string? GetReasonAgainst(string command, Fault fault) =>
        fault switch
        {
            Fault.NotWritablePrimary or Fault.HostUnreachableAfter or Fault.ConnectionLostAfter or Fault.Slow => null,
            // reference/write-concern: only commands that write take one. createIndexes does, too.
            Fault.WriteConcernFailed => IsWrite(command) || command == "createIndexes" ? null : "reads have no write concern",
            // A router sends one write of a batch to one shard, and the next to another. reference/command/update: writeErrors.
            Fault.PartOfBatchRefused => command switch
            {
                "insert" or "update" or "delete" => null,
                "findAndModify" => "it changes one document",
                _ => "its answer is one whole",
            },
            // A router repeats it and gives up after 10 times: kMaxNumStaleVersionRetries in strategy.cpp and cluster_find.cpp.
            Fault.StaleConfig => null,
            // faq/concurrency: operations conflict when they change a document. The catalog repeats its writes itself
            // (writeConflictRetry in create_indexes_cmd.cpp).
            Fault.WriteConflict => IsWrite(command) ? null : "only changes of documents conflict",
            // reference/method/db.collection.createIndex: options of an existing index.
            Fault.IndexOptionsConflict => command == "createIndexes" ? null : "only createIndexes defines an index",
            // core/transactions: labels of commands in a transaction. Only the application begins one.
            Fault.TransientTransactionError or Fault.UnknownTransactionCommitResult =>
                "the store begins no transaction: TransactionFaultTests injects it in the application's",
            // core/sharding-change-shard-key-value: a property of the write, not of the moment.
            Fault.ShardKeyRefused => "the peer itself refuses every such write, in each suite that runs as a router",
            // The specification of connection monitoring and pooling: a pool is paused in the driver, before the command is sent.
            Fault.PoolPaused => "no command has been sent: PausedPoolTests pauses the pool before each kind of command",
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
}
