using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// An error as the server words it. The numbers are those of
/// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml.
/// </summary>
internal sealed record PeerError(int Code, string Name, string Message)
{
    public static readonly PeerError HostUnreachable = new(6, "HostUnreachable", "the connection to a member was lost");
    public static readonly PeerError WriteConcernFailed = new(64, "WriteConcernFailed", "waiting for replication timed out");
    public static readonly PeerError WriteConflict = new(112, "WriteConflict", "Caused by :: write conflict");
    public static readonly PeerError InterruptedByElection = new(
        11602,
        "InterruptedDueToReplStateChange",
        "operation was interrupted"
    );
    public static readonly PeerError NotWritablePrimary = new(10107, "NotWritablePrimary", "not primary");
    public static readonly PeerError StaleConfig = new(13388, "StaleConfig", "sharding status of collection is not known");
    public static readonly PeerError DuplicateKey = new(11000, "DuplicateKey", "E11000 duplicate key error index: _id_");
    public static readonly PeerError TooLarge = new(10334, "BSONObjectTooLarge", "BSONObj size is invalid");
    public static readonly PeerError IndexOptionsConflict = new(85, "IndexOptionsConflict", "equivalent index already exists");
    public static readonly PeerError IndexNotFound = new(27, "IndexNotFound", "index not found with name");
    public static readonly PeerError ShardKeyNotFound = new(61, "ShardKeyNotFound", "the filter does not name the shard key");
    public static readonly PeerError IndexKeySpecsConflict = new(86, "IndexKeySpecsConflict", "an index has this name already");

    /// <summary>https://www.mongodb.com/docs/manual/reference/parameters/#mongodb-parameter-param.notablescan</summary>
    public static readonly PeerError NoQueryExecutionPlans = new(291, "NoQueryExecutionPlans", "No indexed plans available");

    /// <summary>https://www.mongodb.com/docs/manual/core/sharding-change-shard-key-value/</summary>
    public static readonly PeerError ShardKeyChange = new(72, "InvalidOptions", "the shard key of a document may not change");

    public BsonDocument CreateAnswer(params string[] labels)
    {
        var answer = new BsonDocument
        {
            { "ok", 0 },
            { "code", Code },
            { "codeName", Name },
            { "errmsg", Message },
        };
        return labels.Length == 0 ? answer : answer.Add("errorLabels", new BsonArray(labels));
    }

    public BsonDocument CreateWriteError(int index) =>
        new()
        {
            { "index", index },
            { "code", Code },
            { "errmsg", Message },
        };

    /// <summary>Adds to the answer of a write that it was carried out, and that it is not known to be durable.</summary>
    public BsonDocument AddAsWriteConcernError(BsonDocument answer) =>
        new BsonDocument(answer).Add(
            "writeConcernError",
            new BsonDocument
            {
                { "code", Code },
                { "codeName", Name },
                { "errmsg", Message },
                { "errInfo", new BsonDocument("wtimeout", true) },
            }
        );
}

/// <summary>A command that cannot be carried out.</summary>
internal sealed class PeerException(PeerError error, string? detail = null) : Exception(error.Message)
{
    public BsonDocument Answer => (detail is null ? error : error with { Message = $"{error.Message}: {detail}" }).CreateAnswer();
}
