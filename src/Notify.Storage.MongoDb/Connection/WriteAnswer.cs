namespace Notify.Storage.MongoDb.Connection;

/// <summary>The result of a batch of writes.</summary>
/// <param name="Touched">The number of documents that it matched or deleted.</param>
/// <param name="IsRepeated">
/// Whether some writes were sent again although they may have been applied. If so, the count may include a document twice or
/// not at all.
/// </param>
internal readonly record struct WriteAnswer(long Touched, bool IsRepeated)
{
    /// <summary>Returns whether each of the writes certainly matched its document.</summary>
    public bool IsExactly(int writes) => !IsRepeated && Touched == writes;
}
