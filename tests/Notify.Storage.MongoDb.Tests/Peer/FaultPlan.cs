using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// Lets every command of a test fail once, each in another way. A command that the driver or the store sends again for its fault
/// is carried out then, as it is after an election: so nothing here lasts, and everything must come right. The faults depend on
/// the test's name alone, so a test that fails does so again.
/// </summary>
internal sealed class FaultPlan(PeerDatabase database, string seed)
{
    // After an election the driver takes half a second to look for the primary again. So that the suites stay quick, a plan has
    // one of them at most, and most plans have none. FaultMatrixTests has one at each kind of command.
    private const int TestsPerElection = 12;

    // Each start creates the indexes of a dozen collections, and each of their faults takes a start some milliseconds.
    private const int IndexesPerFault = 8;

    private readonly ConcurrentDictionary<string, bool> _failed = new();
    private readonly ConcurrentDictionary<CommandKind, int> _ofKind = new();
    private int _elections = Hash($"{seed} election") % TestsPerElection == 0 ? 0 : 1;

    public BsonDocument? Execute(BsonDocument command)
    {
        if (CommandKind.TryCreate(command) is not { } kind)
            return database.Execute(command);
        if (kind.Command == "createIndexes" && Hash($"{seed} {kind}") % IndexesPerFault != 0)
            return database.Execute(command);
        if (Identify(command).Count(part => !_failed.TryAdd(part, true)) > 0)
            return database.Execute(command);

        return FaultInjection.Execute(database, Choose(kind), command);
    }

    private Fault Choose(CommandKind kind)
    {
        var place = Hash($"{seed} {kind}") + _ofKind.AddOrUpdate(kind, 0, (_, before) => before + 1);
        var faults = FaultTable.GetFaults(kind.Command);
        var fault = faults[place % faults.Length];
        if (!IsElection(fault) || Interlocked.Exchange(ref _elections, 1) == 0)
            return fault;

        Fault[] others = [.. faults.Where(other => !IsElection(other))];
        return others[place % others.Length];
    }

    private static bool IsElection(Fault fault) => fault is Fault.NotWritablePrimary or Fault.ConnectionLostAfter;

    // string.GetHashCode differs from one process to the next.
    private static int Hash(string text) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & 0xFFFFFF;

    // A command that is sent again has the same content. The writes of a batch count separately, because some may be sent again.
    private static IEnumerable<string> Identify(BsonDocument command)
    {
        var writes = command.FirstOrDefault(field => field.Name is "documents" or "updates" or "deletes").Value;
        IEnumerable<BsonDocument> parts = writes is BsonArray all
            ? all.Select(write => new BsonDocument("of", command[0]).Add("write", write))
            : [new BsonDocument(command.Where(field => field.Name is not ("lsid" or "txnNumber" or "$clusterTime")))];
        return parts.Select(part => Convert.ToHexString(SHA256.HashData(part.ToBson())));
    }
}

/// <summary>Lets the first command of one kind fail in one way.</summary>
internal sealed class OneFaultPlan(PeerDatabase database, CommandKind kind, Fault fault)
{
    private int _isInjected;

    /// <summary>Whether a batch must have several writes to fail. Default false.</summary>
    public bool OfSeveralWrites { get; init; }

    public bool IsInjected => Volatile.Read(ref _isInjected) == 1;

    public BsonDocument? Execute(BsonDocument command) =>
        CommandKind.TryCreate(command) == kind
        && (!OfSeveralWrites || FaultInjection.CountWrites(command) > 1)
        && Interlocked.Exchange(ref _isInjected, 1) == 0
            ? FaultInjection.Execute(database, fault, command)
            : database.Execute(command);
}
