namespace Notify.Storage.MongoDb.Connection;

/// <summary>The result of a batch of writes.</summary>
/// <param name="Touched">How many documents it matched or deleted.</param>
/// <param name="IsRepeated">
/// Whether some writes were sent again although they may have been carried out. Then a document can be counted twice or never.
/// </param>
internal readonly record struct WriteAnswer(long Touched, bool IsRepeated)
{
    /// <summary>Whether it is certain that each of the writes found its document.</summary>
    public bool IsExactly(int writes) => !IsRepeated && Touched == writes;
}
