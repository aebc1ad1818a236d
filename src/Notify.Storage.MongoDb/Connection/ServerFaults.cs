using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Distinguishes failures that the data of one call caused from those that an election, a moving chunk or a slow majority
/// caused. The codes are those of the server's <c>error_codes.yml</c>.
/// </summary>
internal static class ServerFaults
{
    private const int BadValue = 2;
    private const int DocumentValidationFailure = 121;
    private const int BsonObjectTooLarge = 10334;
    private const int ResultTooLarge = 17419;
    private const int ReplacementTooLarge = 17420;

    // HostUnreachable, HostNotFound, NetworkTimeout, ShutdownInProgress, WriteConflict, PrimarySteppedDown, ExceededTimeLimit,
    // SocketException, NotWritablePrimary, InterruptedAtShutdown, InterruptedDueToReplStateChange, StaleConfig,
    // NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary.
    private static readonly HashSet<int> PassingCodes =
    [
        6,
        7,
        89,
        91,
        112,
        189,
        262,
        9001,
        10107,
        11600,
        11602,
        13388,
        13435,
        13436,
    ];

    /// <summary>
    /// Returns whether the data of one call may have caused a failure. Only known causes count. After any other failure, such
    /// as a majority that does not answer for 30 s, retrying the calls of a batch one by one would make each of them wait that
    /// long.
    /// </summary>
    public static bool IsFaultOfOneCall(Exception exception) =>
        exception switch
        {
            MongoBulkWriteException bulk => bulk.WriteConcernError is null
                && bulk.WriteErrors.Count > 0
                && bulk.WriteErrors.All(error => IsCodeOfData(error.Code) || error.Category == ServerErrorCategory.DuplicateKey),
            MongoCommandException command => IsCodeOfData(command.Code),
            MongoException or TimeoutException or IOException or OperationCanceledException => false,
            // The driver rejects data that it cannot encode before it sends anything.
            _ => true,
        };

    /// <summary>Returns whether the same write may succeed a moment later. It may have been applied already.</summary>
    public static bool IsPassing(Exception exception) =>
        exception switch
        {
            MongoBulkWriteException bulk => bulk.WriteConcernError is not null
                || bulk.WriteErrors.Any(error => PassingCodes.Contains(error.Code)),
            MongoWriteException write => write.WriteConcernError is not null
                || (write.WriteError is { } error && PassingCodes.Contains(error.Code)),
            MongoWriteConcernException => true,
            MongoCommandException command => PassingCodes.Contains(command.Code),
            MongoWaitQueueFullException => false,
            MongoConnectionException or MongoConnectionPoolPausedException => true,
            _ => false,
        };

    public static bool IsPassing(int code) => PassingCodes.Contains(code);

    private static bool IsCodeOfData(int code) =>
        code is BadValue or DocumentValidationFailure or BsonObjectTooLarge or ResultTooLarge or ReplacementTooLarge;
}
