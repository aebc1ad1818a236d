using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>Answers a command as a server does that has a fault.</summary>
internal static class FaultInjection
{
    public static BsonDocument? Execute(PeerDatabase database, Fault fault, BsonDocument command)
    {
        // A server says with its answer whether a write may be sent again with its number.
        string[] labels =
            FaultTable.IsWrite(command.GetElement(0).Name) && command.Contains("txnNumber") ? ["RetryableWriteError"] : [];
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
                // The server's own answers are null here: they are successes, too.
                var carriedOut = database.Execute(command) ?? new BsonDocument("ok", 1);
                return carriedOut["ok"] == 1 ? PeerError.WriteConcernFailed.AddAsWriteConcernError(carriedOut) : carriedOut;
            case Fault.PartOfBatchRefused:
                return RefusePart(database, command, GetBatch(command)!);
            case Fault.StaleConfig:
                return Refuse(command, PeerError.StaleConfig);
            case Fault.WriteConflict:
                return Refuse(command, PeerError.WriteConflict);
            case Fault.IndexOptionsConflict:
                return PeerError.IndexOptionsConflict.CreateAnswer();
            case Fault.Slow:
                Thread.Sleep(5);
                return database.Execute(command);
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "It is no fault of one command.");
        }
    }

    /// <summary>The number of the writes of a batch; 1 for a command that is no batch.</summary>
    public static int CountWrites(BsonDocument command) => GetBatch(command) is { } batch ? command[batch].AsBsonArray.Count : 1;

    private static string? GetBatch(BsonDocument command) =>
        command.GetElement(0).Name switch
        {
            "insert" => "documents",
            "update" => "updates",
            "delete" => "deletes",
            _ => null,
        };

    private static BsonDocument Refuse(BsonDocument command, PeerError error) =>
        GetBatch(command) is { } batch ? RefuseAll(command[batch].AsBsonArray.Count, error) : error.CreateAnswer();

    // A router splits a batch among the shards, and answers for those that it did not reach.
    private static BsonDocument? RefusePart(PeerDatabase database, BsonDocument command, string writes)
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
