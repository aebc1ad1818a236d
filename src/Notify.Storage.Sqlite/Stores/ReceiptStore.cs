using Notify.Providers;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps receipts with their deliveries, and advances or stops the fallback chains of the deliveries.</summary>
internal sealed class ReceiptStore : IReceiptStore, IDisposable
{
    private readonly DatabaseWriter _writer;
    private readonly Statement _add;
    private readonly Statement _place;
    private readonly Statement _stopLater;
    private readonly Statement _makeNextDue;

    public ReceiptStore(DatabaseWriter writer)
    {
        _writer = writer;
        _add = new Statement(
            writer.Connection,
            // An erased delivery has no address and takes no receipts, because they may contain a vendor's text about it.
            """
            UPDATE notify_delivery
            SET receipts = CASE WHEN instr(receipts, @mark) = 0 THEN receipts || @receipt ELSE receipts END
            WHERE id = @id AND tenant = @tenant AND address <> ''
            """
        );
        _place = new Statement(writer.Connection, "SELECT chain, step FROM notify_delivery WHERE id = @id");
        _stopLater = new Statement(
            writer.Connection,
            $"""
            UPDATE notify_delivery AS later
            SET state = {(int)DeliveryState.Cancelled}, due_at = NULL, owner = NULL, fence = later.fence + 1, ended_at = @now,
                reason = 'receipt came'
            FROM (SELECT notification_id, chain, step FROM notify_delivery WHERE id = @id) AS this
            WHERE later.notification_id = this.notification_id AND later.chain = this.chain AND (@steps >> later.step) & 1 = 1
                AND later.due_at IS NOT NULL AND (later.owner IS NULL OR later.due_at <= @now)
            """
        );
        _makeNextDue = new Statement(
            writer.Connection,
            """
            UPDATE notify_delivery AS next SET due_at = @now
            FROM (SELECT notification_id, chain, step FROM notify_delivery WHERE id = @id) AS this
            WHERE next.notification_id = this.notification_id AND next.chain = this.chain AND next.step = this.step + 1
                AND next.owner IS NULL AND next.due_at > @now
            """
        );
    }

    public ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    ) => _writer.RunAsync<IReadOnlyList<bool>>(() => [.. receipts.Select(receipt => Add(tenant, receipt))], cancellationToken);

    public void Dispose()
    {
        _writer.Dispose();
        _add.Dispose();
        _place.Dispose();
        _stopLater.Dispose();
        _makeNextDue.Dispose();
    }

    private bool Add(string tenant, Receipt receipt)
    {
        if (
            _add.Bind("@id", receipt.DeliveryId)
                .Bind("@tenant", tenant)
                .Bind("@receipt", StoredForm.WriteReceipt(receipt))
                .Bind("@mark", StoredForm.GetReceiptMark(receipt))
                .Execute() == 0
        )
            return false;

        if (receipt.Kind == ReceiptKind.Bounced)
            _makeNextDue.Bind("@id", receipt.DeliveryId).Bind("@now", receipt.At).Execute();
        else if (receipt.Kind.ProvesArrival && FindPlace(receipt.DeliveryId) is { } place)
            _stopLater
                .Bind("@id", receipt.DeliveryId)
                .Bind("@steps", place.GetCancelledSteps(receipt.Kind))
                .Bind("@now", receipt.At)
                .Execute();
        return true;
    }

    private FallbackPlace? FindPlace(Guid deliveryId)
    {
        _place.Bind("@id", deliveryId).Read();
        var place = _place.IsNull(0) ? null : new FallbackPlace(_place.Guid(0), _place.Int32(1));
        _place.Reset();
        return place;
    }
}
