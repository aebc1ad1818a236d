namespace Notify.Storage.Sqlite.Queue;

/// <summary>SQL text for <c>notify_digest</c> that several statements share.</summary>
internal static class DigestRow
{
    /// <summary>Deletes the digest <c>@id</c> unless an event still waits in it.</summary>
    public static readonly string RemoveIfEmpty = $"""
        DELETE FROM notify_digest WHERE id = @id
            AND NOT EXISTS (
                SELECT 1 FROM notify_digest_event
                WHERE digest_id = @id AND state = {(int)CollectedState.Waiting})
        """;
}
