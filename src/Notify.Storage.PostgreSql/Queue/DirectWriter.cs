using Notify.Storage.PostgreSql.Connection;
using Npgsql;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>
/// Commits new notifications and settlements together, in one round trip and one flush to disk. It takes only writes that need
/// no other row: requests that are only inserted, and settlements that start no further step of a fallback chain. Others may
/// wait for a lock that an application holds, and must not make these wait.
/// </summary>
internal sealed class DirectWriter(StoreDatabase database, NotificationWriter notifications, DeliverySettlementWriter settlements)
{
    public ValueTask<DirectAnswer[]> CommitAsync(IReadOnlyList<DirectWrite> batch) =>
        database.CommitAsync((connection, cancellationToken) => WriteAsync(connection, batch, cancellationToken));

    private async ValueTask<DirectAnswer[]> WriteAsync(
        NpgsqlConnection connection,
        IReadOnlyList<DirectWrite> batch,
        CancellationToken cancellationToken
    )
    {
        var answers = new DirectAnswer[batch.Count];
        var requests = new List<SerializedRequest>(batch.Count);
        var settled = new List<Settlement>(batch.Count);
        var places = new List<int>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Request is { } request)
            {
                requests.Add(request);
                answers[i] = new(new EnqueueResult(EnqueueStatus.Stored, request.Notification.Id), false);
            }
            else
            {
                settled.Add(batch[i].Settlement!);
                places.Add(i);
            }
        }

        var inserts = requests.Count > 0 ? notifications.CreateInserts(requests) : [];
        if (settled.Count == 0)
        {
            await connection.InsertAsync(inserts, cancellationToken).ConfigureAwait(false);
            return answers;
        }

        var held = await connection
            .QueryByIdAsync(settlements.CreateStatement(settled), row => row.GetInt32(0), cancellationToken, inserts)
            .ConfigureAwait(false);
        foreach (var one in held)
            answers[places[one]] = new(default, IsSettled: true);
        return answers;
    }
}

/// <summary>A request to store or a settlement.</summary>
internal readonly record struct DirectWrite(SerializedRequest? Request, Settlement? Settlement);

/// <summary>The answer to a <see cref="DirectWrite"/>.</summary>
internal readonly record struct DirectAnswer(EnqueueResult Enqueued, bool IsSettled);
