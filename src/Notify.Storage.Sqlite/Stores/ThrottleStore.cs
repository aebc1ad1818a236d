using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>
/// Keeps the times at which recipients were notified. Only a purge deletes them, after the longest period of any throttle,
/// because throttles with different periods count the same permits.
/// </summary>
internal sealed class ThrottleStore : IThrottleStore, IDisposable
{
    private readonly DatabaseWriter _writer;
    private readonly Statement _take;
    private readonly Statement _giveBack;

    public ThrottleStore(DatabaseWriter writer)
    {
        _writer = writer;
        _take = new Statement(
            writer.Connection,
            """
            INSERT INTO notify_throttle (tenant, category, recipient, taken_at, number)
            SELECT ?1, ?2, ?3, ?4, COUNT(*) FILTER (WHERE taken_at = ?4) FROM notify_throttle
            WHERE tenant = ?1 AND category = ?2 AND recipient = ?3 AND taken_at > ?6 HAVING COUNT(*) < ?5
            """
        );
        // Deletes the last one of its time, so that the numbers of the others have no gap.
        _giveBack = new Statement(
            writer.Connection,
            """
            DELETE FROM notify_throttle
            WHERE tenant = ?1 AND category = ?2 AND recipient = ?3 AND taken_at = ?4 AND number = (
                SELECT MAX(number) FROM notify_throttle WHERE tenant = ?1 AND category = ?2 AND recipient = ?3 AND taken_at = ?4)
            """
        );
    }

    public ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken) =>
        _writer.RunAsync<IReadOnlyList<bool>>(
            () => [.. request.Recipients.Select(recipient => TryTake(request, recipient))],
            cancellationToken
        );

    public async ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken) =>
        await _writer
            .RunAsync(
                () =>
                    request.Recipients.Sum(recipient =>
                        _giveBack
                            .Bind(1, request.Tenant)
                            .Bind(2, request.Category)
                            .Bind(3, recipient)
                            .Bind(4, request.Now)
                            .Execute()
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);

    public void Dispose()
    {
        _writer.Dispose();
        _take.Dispose();
        _giveBack.Dispose();
    }

    private bool TryTake(ThrottleRequest request, string recipient) =>
        _take
            .Bind(1, request.Tenant)
            .Bind(2, request.Category)
            .Bind(3, recipient)
            .Bind(4, request.Now)
            .Bind(5, request.Max)
            .Bind(6, request.Now - request.Per)
            .Execute() == 1;
}
