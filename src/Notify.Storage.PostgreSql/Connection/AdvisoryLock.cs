using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Notify.Storage.PostgreSql.Schema;
using Npgsql;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>
/// Locks on things for which no row exists yet, held until the transaction ends. Names share a fixed number of locks, because
/// the server has room for a few thousand in all; a false encounter costs a short wait.
/// </summary>
internal static class AdvisoryLock
{
    public const int Migration = Count;

    private const int Count = 512;

    /// <summary>"Noti": keeps these locks apart from the application's own.</summary>
    private const int Class = 0x4E6F7469;

    public static int Create(string tenant, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{name}"));
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % Count);
    }

    /// <summary>Takes these locks in one order, the same for everybody, so that nobody waits in a circle.</summary>
    public static async ValueTask TakeAsync(
        NpgsqlConnection connection,
        IEnumerable<int> locks,
        CancellationToken cancellationToken
    ) =>
        await connection
            .ExecuteAsync(
                "SELECT pg_advisory_xact_lock($1, lock) FROM unnest($2::integer[]) AS lock",
                parameters => parameters.With(Class).With(locks.Distinct().Order().ToArray()),
                cancellationToken
            )
            .ConfigureAwait(false);
}
