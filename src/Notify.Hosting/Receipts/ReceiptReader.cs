using Notify.Hosting.Requests;

namespace Notify.Hosting.Receipts;

/// <summary>Reads one receipt: <c>{"deliveryId": "...", "kind": "delivered"}</c>.</summary>
internal static class ReceiptReader
{
    public const int MaxDetailLength = 1_000;

    private static readonly Dictionary<string, ReceiptKind> Kinds = ReceiptKind.WellKnown.ToDictionary(
        kind => kind.Name,
        StringComparer.Ordinal
    );

    public static Receipt Read(JsonField item, DateTimeOffset now)
    {
        var receipt = new Receipt(default, default, now);
        var missing = new HashSet<string>(["deliveryId", "kind"], StringComparer.Ordinal);
        foreach (var field in item.Members())
        {
            missing.Remove(field.Name);
            switch (field.Name)
            {
                case "deliveryId":
                    receipt = receipt with { DeliveryId = field.Id() ?? default };
                    break;
                case "kind":
                    receipt = receipt with { Kind = field.GetOne(Kinds) ?? default };
                    break;
                case "at":
                    receipt = receipt with { At = ReadTime(field, now) };
                    break;
                case "detail":
                    receipt = receipt with { Detail = ReadDetail(field) };
                    break;
                default:
                    field.Unknown("deliveryId", "kind", "at", "detail");
                    break;
            }
        }

        foreach (var name in item.IsObject ? missing : [])
            item.Missing(name, "Required for a receipt.");
        return receipt;
    }

    // A vendor's clock may be ahead. The store compares times of receipts with its own, so a time in the future could stop
    // deliveries that are being sent.
    private static DateTimeOffset ReadTime(JsonField field, DateTimeOffset now) => field.Time() is { } at && at < now ? at : now;

    private static string? ReadDetail(JsonField field) =>
        field.Text() switch
        {
            { Length: > MaxDetailLength } => field.Wrong(FieldErrorCodes.TooLong, $"Use at most {MaxDetailLength} characters."),
            var detail => detail,
        };
}
