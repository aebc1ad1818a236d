using Notify.Core.Analytics;
using Notify.Core.Events;
using Notify.Core.Recipients;
using Notify.Core.Validation;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Receipts;

/// <summary>Validates receipts, adds them to the store, counts them, publishes an event for each, and records opt-outs.</summary>
internal sealed class ReceiptRecorder(
    IReceiptStore store,
    INotificationStore notifications,
    OptOuts optOuts,
    CountRecorder counts,
    EventPublisher events,
    TimeProvider time
) : IReceipts
{
    public const int MaxReceipts = 1_000;
    public const int MaxDetailLength = 1_000;
    public const int MaxEventIdLength = 128;

    private const int ReadsAtATime = 16;

    private static readonly string KnownKinds = string.Join(", ", ReceiptKind.WellKnown.Select(kind => kind.Name));

    public async Task<AddedReceipts> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken = default
    )
    {
        List<FieldError> errors = [.. Validate(receipts)];
        Names.Check(errors, "tenant", tenant);
        InvalidRequestException.ThrowIfAny(errors);

        var known = await StoreAsync(tenant, receipts, cancellationToken).ConfigureAwait(false);
        Guid[] unknown = [.. receipts.Where((_, i) => !known[i]).Select(receipt => receipt.DeliveryId)];
        return new AddedReceipts { Kept = receipts.Count - unknown.Length, Unknown = unknown };
    }

    public async Task RecordAsync(CallbackReceipts reported, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reported);
        if (reported.Receipts.Count == 0)
            return;

        await StoreAsync(reported.Tenant, reported.Receipts, cancellationToken).ConfigureAwait(false);
        foreach (var receipt in reported.Receipts.Where(receipt => receipt.IsOptOut))
        {
            var found = await notifications
                .FindDeliveryAsync(reported.Tenant, receipt.DeliveryId, cancellationToken)
                .ConfigureAwait(false);
            // An erased delivery has no address any more.
            if (found is { Delivery: { To.Value.Length: > 0 } delivery })
                await optOuts.RecordAsync(delivery, GetSource(receipt.Kind), cancellationToken).ConfigureAwait(false);
        }
    }

    public IReadOnlyList<FieldError> Validate(IReadOnlyList<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        if (receipts.Count > MaxReceipts)
            return [new FieldError("receipts", FieldErrorCodes.TooMany, $"Must contain at most {MaxReceipts} receipts.")];

        var errors = new List<FieldError>();
        for (var i = 0; i < receipts.Count; i++)
        {
            if (receipts[i] is not { } receipt)
            {
                errors.Add(new FieldError($"receipts[{i}]", FieldErrorCodes.Required, "A receipt is required."));
                continue;
            }

            if (!ReceiptKind.WellKnown.Contains(receipt.Kind))
                errors.Add(new FieldError($"receipts[{i}].kind", FieldErrorCodes.Invalid, $"Use one of {KnownKinds}."));
            if (receipt.Detail?.Length > MaxDetailLength)
                errors.Add(
                    new FieldError($"receipts[{i}].detail", FieldErrorCodes.TooLong, $"Use at most {MaxDetailLength} characters.")
                );
            if (!IsEventId(receipt.EventId))
                errors.Add(
                    new FieldError(
                        $"receipts[{i}].eventId",
                        FieldErrorCodes.Invalid,
                        $"Use 1 to {MaxEventIdLength} printable ASCII characters without spaces."
                    )
                );
        }

        return errors;
    }

    private static PreferenceSource GetSource(ReceiptKind kind) =>
        kind == ReceiptKind.Complained ? PreferenceSource.Complaint
        : kind == ReceiptKind.Unsubscribed ? PreferenceSource.UnsubscribeLink
        : PreferenceSource.Reply;

    private static bool IsEventId(string? id) =>
        id is null || (id.Length is >= 1 and <= MaxEventIdLength && !id.AsSpan().ContainsAnyExceptInRange('!', '~'));

    // A clock may be ahead. The store compares times of receipts with its own, so a time in the future could stop deliveries that
    // are being sent.
    private async ValueTask<IReadOnlyList<bool>> StoreAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        Receipt[] past = [.. receipts.Select(receipt => receipt.At > now ? receipt with { At = now } : receipt)];
        // Read before the receipts are added: a delivery that is opened again and again counts once.
        var deliveries = await FindDeliveriesAsync(tenant, past, cancellationToken).ConfigureAwait(false);
        var known = await store.AddAsync(tenant, past, cancellationToken).ConfigureAwait(false);
        var seen = new HashSet<(Guid, ReceiptKind)>();
        for (var i = 0; i < past.Length; i++)
        {
            if (!known[i])
                continue;

            var receipt = past[i];
            var record = deliveries.GetValueOrDefault(receipt.DeliveryId);
            if (record?.Receipts.Any(receipt.Repeats) == true)
                continue;

            var isFirst =
                record?.Receipts.All(earlier => earlier.Kind != receipt.Kind) == true
                && seen.Add((receipt.DeliveryId, receipt.Kind));
            if (record is not null && EventForwarder.IsEvent(record.Delivery))
                continue;
            if (isFirst)
                Count(receipt, record!.Delivery);
            await PublishAsync(tenant, receipt, record?.Delivery, isFirst, cancellationToken).ConfigureAwait(false);
        }

        return known;
    }

    /// <summary>Finds the deliveries of receipts that are counted or published with more than the receipt says.</summary>
    private async ValueTask<Dictionary<Guid, DeliveryRecord>> FindDeliveriesAsync(
        string tenant,
        Receipt[] receipts,
        CancellationToken cancellationToken
    )
    {
        var deliveries = new Dictionary<Guid, DeliveryRecord>();
        Guid[] counted =
        [
            .. receipts
                .Where(receipt => Counts.FindMeasure(receipt.Kind) is not null)
                .Select(receipt => receipt.DeliveryId)
                .Distinct(),
        ];
        foreach (var ids in counted.Chunk(ReadsAtATime))
        {
            var found = await Task.WhenAll(
                    ids.Select(id => notifications.FindDeliveryAsync(tenant, id, cancellationToken).AsTask())
                )
                .ConfigureAwait(false);
            foreach (var record in found.OfType<DeliveryRecord>())
                deliveries.Add(record.Delivery.Id, record);
        }

        return deliveries;
    }

    private void Count(Receipt receipt, Delivery delivery)
    {
        if (Counts.FindMeasure(receipt.Kind) is { } measure)
            counts.Add(Counts.Create(delivery, delivery.Provider, measure, receipt.At));
    }

    private async ValueTask PublishAsync(
        string tenant,
        Receipt receipt,
        Delivery? delivery,
        bool isFirst,
        CancellationToken cancellationToken
    )
    {
        var type = NotifyEventTypes.FromReceipt(receipt.Kind);
        if (!await events.AreWantedAsync(tenant, type, cancellationToken).ConfigureAwait(false))
            return;

        // The same event that is reported again has the same id, or the same time if it has none.
        var happened = new NotifyEvent
        {
            Id = EventIds.Compute(
                receipt.DeliveryId,
                type,
                receipt.EventId is { } id ? EventIds.ComputeNumber(id) : receipt.At.UtcTicks
            ),
            Type = type,
            OccurredAt = receipt.At,
            Tenant = tenant,
            Data = new ReceiptEventData
            {
                DeliveryId = receipt.DeliveryId,
                Kind = receipt.Kind,
                Detail = receipt.Detail,
                IsFirst = isFirst,
                NotificationId = delivery?.NotificationId,
                Channel = delivery?.Channel,
                Provider = delivery?.Provider,
                Template = delivery?.Template,
                Workflow = delivery?.Workflow,
                Category = delivery?.Category,
            },
        };
        await events.PublishAsync(happened, cancellationToken).ConfigureAwait(false);
    }
}
