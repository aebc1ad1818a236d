using Notify.Hosting.Requests;

namespace Notify.Hosting.Receipts;

/// <summary>Reads one receipt: <c>{"deliveryId": "...", "kind": "delivered"}</c>.</summary>
internal static class ReceiptReader
{
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
                    receipt = receipt with { At = field.Time() ?? now };
                    break;
                case "detail":
                    receipt = receipt with { Detail = field.Text() };
                    break;
                case "eventId":
                    receipt = receipt with { EventId = field.Text() };
                    break;
                default:
                    field.Unknown("deliveryId", "kind", "at", "detail", "eventId");
                    break;
            }
        }

        foreach (var name in item.IsObject ? missing : [])
            item.Missing(name, "Required for a receipt.");
        return receipt;
    }
}
