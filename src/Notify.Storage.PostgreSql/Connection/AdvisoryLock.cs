using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>
/// Locks for things that have no row yet, held until the transaction ends. Names share a fixed number of locks, because the
/// server has memory for a few thousand locks in all. Two names that share a lock only wait for each other briefly.
/// </summary>
internal static class AdvisoryLock
{
    public const int Migration = Count;

    private const int Count = 512;

    /// <summary>"Noti" in ASCII. It separates these locks from the application's.</summary>
    private const int Class = 0x4E6F7469;

    public static int Create(string tenant, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{name}"));
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % Count);
    }

    /// <summary>Takes the locks in ascending order. All callers use the same order, which prevents deadlocks.</summary>
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
