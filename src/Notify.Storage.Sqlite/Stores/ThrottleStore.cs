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
            SELECT @tenant, @category, @recipient, @now, COUNT(*) FILTER (WHERE taken_at = @now) FROM notify_throttle
            WHERE tenant = @tenant AND category = @category AND recipient = @recipient AND taken_at > @since
            HAVING COUNT(*) < @max
            """
        );
        // Deletes the permit with the highest number of its time, so that the numbers stay contiguous.
        _giveBack = new Statement(
            writer.Connection,
            """
            DELETE FROM notify_throttle
            WHERE tenant = @tenant AND category = @category AND recipient = @recipient AND taken_at = @now AND number = (
                SELECT MAX(number) FROM notify_throttle
                WHERE tenant = @tenant AND category = @category AND recipient = @recipient AND taken_at = @now)
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
                            .Bind("@tenant", request.Tenant)
                            .Bind("@category", request.Category)
                            .Bind("@recipient", recipient)
                            .Bind("@now", request.Now)
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
            .Bind("@tenant", request.Tenant)
            .Bind("@category", request.Category)
            .Bind("@recipient", recipient)
            .Bind("@now", request.Now)
            .Bind("@max", request.Max)
            .Bind("@since", request.Now - request.Per)
            .Execute() == 1;
}
