using System.Collections.Concurrent;
using System.Security.Cryptography;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>What can go wrong with one command.</summary>
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

    /// <summary>The answer takes a while.</summary>
    Slow,
}

/// <summary>
/// Lets every command fail once, each in another way. A command that the driver or the store sends again for its fault is carried
/// out then, as it is after an election: so nothing here lasts, and everything must come right.
/// </summary>
internal sealed class FaultPlan(PeerDatabase database)
{
    private static readonly Fault[] OfReads =
    [
        Fault.HostUnreachableAfter,
        Fault.Slow,
        Fault.NotWritablePrimary,
        Fault.ConnectionLostAfter,
    ];

    private static readonly Fault[] OfWrites =
    [
        Fault.WriteConcernFailed,
        Fault.HostUnreachableAfter,
        Fault.PartOfBatchRefused,
        Fault.StaleConfig,
        Fault.WriteConflict,
        Fault.Slow,
        Fault.NotWritablePrimary,
        Fault.ConnectionLostAfter,
    ];

    // Counts over all plans, so that the suites together inject each fault at each command of each collection.
    private static readonly ConcurrentDictionary<(string Command, string Collection, Fault Fault), int> s_injected = new();

    private readonly ConcurrentDictionary<string, bool> _failed = new();
    private int _elections;

    public BsonDocument? Execute(BsonDocument command)
    {
        var name = command.GetElement(0).Name;
        if (name is not ("find" or "aggregate" or "distinct" or "insert" or "update" or "delete" or "findAndModify"))
            return database.Execute(command);
        if (Identify(command).Count(part => !_failed.TryAdd(part, true)) > 0)
            return database.Execute(command);

        var isWrite = name is "insert" or "update" or "delete" or "findAndModify";
        var fault = Choose(name, command[0].AsString, isWrite ? OfWrites : OfReads);
        return Inject(fault, name, command, isWrite);
    }

    // After an election the driver takes half a second to look for the primary again. So that the suites stay quick, a plan has
    // one of them at most, and only at a command that has not had it yet.
    private Fault Choose(string name, string collection, Fault[] faults)
    {
        var fault = faults
            .Where(one => !IsElection(one) || (CountOf(one) == 0 && Volatile.Read(ref _elections) == 0))
            .MinBy(CountOf);
        if (IsElection(fault))
            Interlocked.Increment(ref _elections);
        s_injected.AddOrUpdate((name, collection, fault), 1, (_, before) => before + 1);
        return fault;

        int CountOf(Fault one) => s_injected.GetValueOrDefault((name, collection, one));
    }

    private static bool IsElection(Fault fault) => fault is Fault.NotWritablePrimary or Fault.ConnectionLostAfter;

    // What is sent again has the same content. Of a batch, each write counts by itself, because a part of them may be sent again.
    private static IEnumerable<string> Identify(BsonDocument command)
    {
        var writes = command.FirstOrDefault(field => field.Name is "documents" or "updates" or "deletes").Value;
        IEnumerable<BsonDocument> parts = writes is BsonArray all
            ? all.Select(write => new BsonDocument("of", command[0]).Add("write", write))
            : [new BsonDocument(command.Where(field => field.Name is not ("lsid" or "txnNumber" or "$clusterTime")))];
        return parts.Select(part => Convert.ToHexString(SHA256.HashData(part.ToBson())));
    }

    private BsonDocument? Inject(Fault fault, string name, BsonDocument command, bool isWrite)
    {
        var batch = name switch
        {
            "insert" => "documents",
            "update" => "updates",
            "delete" => "deletes",
            _ => null,
        };
        // A server says with its answer whether a write may be sent again with its number.
        string[] labels = isWrite && command.Contains("txnNumber") ? ["RetryableWriteError"] : [];
        switch (fault)
        {
            case Fault.NotWritablePrimary:
                return PeerError.NotWritablePrimary.CreateAnswer(labels);
            case Fault.HostUnreachableAfter:
                database.Execute(command);
                return PeerError.HostUnreachable.CreateAnswer(labels);
            case Fault.ConnectionLostAfter:
                database.Execute(command);
                throw new ConnectionLostException();
            case Fault.WriteConcernFailed:
                return database.Execute(command) is { } carriedOut && carriedOut["ok"] == 1
                    ? PeerError.WriteConcernFailed.AddAsWriteConcernError(carriedOut)
                    : null;
            case Fault.PartOfBatchRefused when batch is not null:
                return RefusePart(command, batch);
            case Fault.StaleConfig when batch is not null:
                return RefuseAll(command[batch].AsBsonArray.Count, PeerError.StaleConfig);
            case Fault.WriteConflict when batch is not null:
                return RefuseAll(command[batch].AsBsonArray.Count, PeerError.WriteConflict);
            case Fault.Slow:
                Thread.Sleep(5);
                return database.Execute(command);
            default:
                return database.Execute(command);
        }
    }

    // A router splits a batch among the shards, and answers for those that it did not reach.
    private BsonDocument? RefusePart(BsonDocument command, string writes)
    {
        var all = command[writes].AsBsonArray;
        int[] kept = [.. Enumerable.Range(0, all.Count).Where(i => i % 2 == 1)];
        if (kept.Length == 0)
            return RefuseAll(all.Count, PeerError.InterruptedByElection);

        var part = new BsonDocument(command) { [writes] = new BsonArray(kept.Select(i => all[i])) };
        if (database.Execute(part) is not { } answer)
            return null;

        BsonDocument[] known =
        [
            .. answer.GetValue("writeErrors", new BsonArray()).AsBsonArray.Select(error => error.AsBsonDocument),
        ];
        var errors = known
            .Select(error => new BsonDocument(error) { ["index"] = kept[error["index"].AsInt32] })
            .Concat(
                Enumerable
                    .Range(0, all.Count)
                    .Where(i => i % 2 == 0)
                    .Select(i => PeerError.InterruptedByElection.CreateWriteError(i))
            )
            .OrderBy(error => error["index"].AsInt32);
        return new BsonDocument(answer) { ["writeErrors"] = new BsonArray(errors) };
    }

    private static BsonDocument RefuseAll(int count, PeerError error) =>
        new()
        {
            { "n", 0 },
            { "nModified", 0 },
            { "ok", 1 },
            { "writeErrors", new BsonArray(Enumerable.Range(0, count).Select(error.CreateWriteError)) },
        };
}

/// <summary>Ends the connection of the command without an answer.</summary>
internal sealed class ConnectionLostException : IOException;
