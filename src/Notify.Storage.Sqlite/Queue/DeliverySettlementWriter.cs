using Microsoft.Data.Sqlite;
using Notify.Providers;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Ends leases, and makes the next step of a fallback chain due.</summary>
internal sealed class DeliverySettlementWriter(SqliteConnection connection) : IDisposable
{
    private readonly Statement _settle = new(
        connection,
        """
        UPDATE notify_delivery
        SET state = @state, due_at = @due_at, provider = @provider, attempts_spent = @attempts_spent,
            retry_delay = @retry_delay, reason = @reason, attempts = attempts || @attempt, ended_at = @ended_at,
            owner = NULL, fence = fence + 1
        WHERE id = @id AND fence = @fence AND owner IS NOT NULL
        """
    );

    private readonly Statement _place = new(
        connection,
        "SELECT notification_id, chain, step FROM notify_delivery WHERE id = @id"
    );

    private readonly Statement _fallBack = new(
        connection,
        $"""
        UPDATE notify_delivery AS next SET due_at = @now
        WHERE notification_id = @notification_id AND chain = @chain AND step = @step + 1
            AND owner IS NULL AND due_at > @now
            AND NOT EXISTS (
                SELECT 1 FROM notify_delivery AS earlier
                WHERE earlier.notification_id = @notification_id AND earlier.chain = @chain AND earlier.step <= @step
                    AND earlier.state IN ({(int)DeliveryState.Pending}, {(int)DeliveryState.Sent}))
        """
    );

    /// <param name="settlement">The settlement.</param>
    /// <param name="attempt">Its attempt as it is stored, written before the writing thread needs it; empty for none.</param>
    public bool Apply(Settlement settlement, string attempt)
    {
        DateTimeOffset? endedAt = settlement.State == DeliveryState.Pending ? null : settlement.SettledAt;
        var applied =
            _settle
                .Bind("@id", settlement.DeliveryId)
                .Bind("@fence", settlement.Fence)
                .Bind("@state", (long)settlement.State)
                .Bind("@due_at", settlement.DueAt)
                .Bind("@provider", settlement.Provider)
                .Bind("@attempts_spent", settlement.AttemptsSpent)
                .Bind("@retry_delay", settlement.RetryDelay.Ticks)
                .Bind("@reason", settlement.Reason)
                .Bind("@attempt", attempt)
                .Bind("@ended_at", endedAt)
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
        _place.Bind("@id", deliveryId).Read();
        var place = _place.IsNull(1) ? null : new FallbackPlace(_place.Guid(1), _place.Int32(2));
        var notificationId = _place.Guid(0);
        _place.Reset();
        if (place is not null)
            _fallBack
                .Bind("@notification_id", notificationId)
                .Bind("@chain", place.Chain)
                .Bind("@step", place.Step)
                .Bind("@now", now)
                .Execute();
    }
}
