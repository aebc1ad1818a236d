using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>Assigns the events of a vendor to deliveries. Events without a genuine reference are ignored.</summary>
internal sealed class EventAssignment(string provider, MailCallbackOptions options, ILogger logger)
{
    private const int MaxIdLength = 128;

    private readonly DeliveryReference _references = new(options.Key!);

    public string CreateReference(Delivery delivery) => _references.Create(delivery);

    public CallbackResult Assign(IEnumerable<VendorEvent> events)
    {
        var (ignored, receipts) = (0, new Dictionary<string, List<Receipt>>(StringComparer.Ordinal));
        foreach (var one in events)
        {
            if (!_references.TryRead(one.Reference, one.Recipients, out var tenant, out var delivery))
            {
                ignored++;
                continue;
            }

            if (!receipts.TryGetValue(tenant, out var ofTenant))
                receipts.Add(tenant, ofTenant = []);
            ofTenant.Add(
                new Receipt(delivery, one.Kind, one.At)
                {
                    Detail = one.Detail,
                    EventId = ShortenId(one.Id),
                    IsOptOut = one.IsOptOut && (one.Kind != ReceiptKind.Complained || options.OptOutOnComplaint),
                }
            );
        }

        if (ignored > 0)
            Log.EventsIgnored(logger, provider, ignored);
        return CallbackResult.Read([.. receipts.Select(tenant => new CallbackReceipts(tenant.Key, tenant.Value))]);
    }

    private static string ShortenId(string id) =>
        id.Length is >= 1 and <= MaxIdLength && !id.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? id
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
