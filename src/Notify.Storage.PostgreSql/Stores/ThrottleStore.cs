using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// Stores the times at which recipients were notified. Only a purge deletes them, after the longest period of any throttle,
/// because throttles with different periods count the same permits.
/// </summary>
internal sealed class ThrottleStore(StoreDatabase database) : IThrottleStore
{
    private readonly string _take = $"""
        INSERT INTO {database.Schema}.throttle (tenant, category, recipient, taken_at)
        SELECT $1, $2, asking.recipient, $4 FROM unnest($3) AS asking (recipient)
        WHERE $5 > (SELECT COUNT(*) FROM {database.Schema}.throttle taken
            WHERE taken.tenant = $1 AND taken.category = $2 AND taken.recipient = asking.recipient
                AND taken.taken_at > $6)
        RETURNING recipient
        """;

    // Permits that a recipient took at the same time are interchangeable, so any one of them is deleted.
    private readonly string _giveBack = $"""
        DELETE FROM {database.Schema}.throttle WHERE ctid = ANY(ARRAY(
            SELECT DISTINCT ON (recipient) ctid FROM {database.Schema}.throttle
            WHERE tenant = $1 AND category = $2 AND recipient = ANY($3) AND taken_at = $4))
        """;

    public async ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        byte[][] recipients = [.. request.Recipients.Select(RecipientHash.Compute)];
        var taken = await database
            .TransactAsync(
                async (connection, cancellation) =>
                {
                    var locks = request.Recipients.Select(recipient =>
                        AdvisoryLock.Create(request.Tenant, $"{request.Category}\n{recipient}")
                    );
                    await AdvisoryLock.TakeAsync(connection, locks, cancellation).ConfigureAwait(false);
                    return await connection
                        .QueryAsync(
                            _take,
                            parameters =>
                                parameters
                                    .With(request.Tenant)
                                    .With(request.Category)
                                    .With(recipients)
                                    .With(request.Now)
                                    .With((long)request.Max)
                                    .With(request.Now - request.Per),
                            row => Convert.ToHexString(row.GetFieldValue<byte[]>(0)),
                            cancellation
                        )
                        .ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. recipients.Select(recipient => taken.Contains(Convert.ToHexString(recipient)))];
    }

    public async ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        _giveBack,
                        parameters =>
                            parameters
                                .With(request.Tenant)
                                .With(request.Category)
                                .With(request.Recipients.Select(RecipientHash.Compute).ToArray())
                                .With(request.Now),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
}
