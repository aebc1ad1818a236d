using Microsoft.Data.Sqlite;
using Notify.Providers;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Holds the statements that end a lease and make the next step of a fallback chain due.</summary>
internal sealed class DeliverySettlementWriter(SqliteConnection connection) : IDisposable
{
    private readonly Statement _settle = new(
        connection,
        """
        UPDATE notify_delivery
        SET state = ?3, due_at = ?4, provider = ?5, attempts_spent = ?6, retry_delay = ?7, reason = ?8, attempts = attempts || ?9,
            ended_at = ?10, owner = NULL, fence = fence + 1
        WHERE id = ?1 AND fence = ?2 AND owner IS NOT NULL
        """
    );

    private readonly Statement _place = new(connection, "SELECT notification_id, chain, step FROM notify_delivery WHERE id = ?1");

    private readonly Statement _fallBack = new(
        connection,
        """
        UPDATE notify_delivery AS next SET due_at = ?4
        WHERE notification_id = ?1 AND chain = ?2 AND step = ?3 + 1 AND owner IS NULL AND due_at > ?4
            AND NOT EXISTS (
                SELECT 1 FROM notify_delivery AS earlier
                WHERE earlier.notification_id = ?1 AND earlier.chain = ?2 AND earlier.step <= ?3 AND earlier.state IN (0, 1))
        """
    );

    /// <param name="settlement">The settlement.</param>
    /// <param name="attempt">Its attempt as it is stored, written before the writing thread needs it; empty for none.</param>
    public bool Apply(Settlement settlement, string attempt)
    {
        DateTimeOffset? endedAt = settlement.State == DeliveryState.Pending ? null : settlement.SettledAt;
        var applied =
            _settle
                .Bind(1, settlement.DeliveryId)
                .Bind(2, settlement.Fence)
                .Bind(3, (long)settlement.State)
                .Bind(4, settlement.DueAt)
                .Bind(5, settlement.Provider)
                .Bind(6, settlement.AttemptsSpent)
                .Bind(7, settlement.RetryDelay.Ticks)
                .Bind(8, settlement.Reason)
                .Bind(9, attempt)
                .Bind(10, endedAt)
                .Execute() == 1;
        if (applied && settlement.State == DeliveryState.DeadLetter)
            FallBack(settlement.DeliveryId, settlement.SettledAt);
        return applied;
    }

    public void Dispose()
    {
        _settle.Dispose();
        _place.Dispose();
        _fallBack.Dispose();
    }

    private void FallBack(Guid deliveryId, DateTimeOffset now)
    {
        _place.Bind(1, deliveryId).Read();
        var place = _place.IsNull(1) ? null : new FallbackPlace(_place.Guid(1), _place.Int32(2));
        var notificationId = _place.Guid(0);
        _place.Reset();
        if (place is not null)
            _fallBack.Bind(1, notificationId).Bind(2, place.Chain).Bind(3, place.Step).Bind(4, now).Execute();
    }
}
