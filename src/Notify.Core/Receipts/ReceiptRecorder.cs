using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Receipts;

/// <summary>Validates receipts and adds them to the store.</summary>
internal sealed class ReceiptRecorder(IReceiptStore store, TimeProvider time) : IReceipts
{
    private const int MaxReceipts = 1_000;
    private const int MaxDetailLength = 1_000;

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

        // A clock may be ahead. The store compares times of receipts with its own, so a time in the future could stop deliveries
        // that are being sent.
        var now = time.GetUtcNow();
        Receipt[] added = [.. receipts.Select(receipt => receipt.At > now ? receipt with { At = now } : receipt)];
        var known = await store.AddAsync(tenant, added, cancellationToken).ConfigureAwait(false);
        Guid[] unknown = [.. added.Where((_, i) => !known[i]).Select(receipt => receipt.DeliveryId)];
        return new AddedReceipts { Kept = added.Length - unknown.Length, Unknown = unknown };
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
        }

        return errors;
    }
}
