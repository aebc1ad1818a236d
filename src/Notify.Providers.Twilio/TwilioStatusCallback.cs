using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Twilio;

/// <summary>
/// Reads Twilio's status callbacks (Twilio, "Track the Message Status of Outbound Messages"). The query of the callback URL,
/// which is sent along with each message, identifies the tenant and the delivery. The signature covers the URL, so it can be
/// trusted.
/// </summary>
internal sealed class TwilioStatusCallback(
    string provider,
    TwilioOptions options,
    TimeProvider time,
    ILogger<TwilioStatusCallback> logger
) : IReceiptCallback
{
    private const string SignatureHeader = "X-Twilio-Signature";

    private readonly TwilioSignature? _signature = options.StatusCallbackUrl is { } url
        ? new TwilioSignature(url, options.AuthToken!)
        : null;

    public string Provider => provider;

    /// <summary>Creates the query of the URL that Twilio calls for a delivery.</summary>
    public static string CreateQuery(Delivery delivery) =>
        $"?tenant={Uri.EscapeDataString(delivery.Tenant)}&delivery={delivery.Id}";

    public ValueTask<CallbackResult> ReadAsync(VendorCall call, CancellationToken cancellationToken) => new(Read(call));

    private CallbackResult Read(VendorCall call)
    {
        var form = ReadPairs(Encoding.UTF8.GetString(call.Body.Span));
        if (_signature?.Verify(call.Query, form, call.Headers.GetValueOrDefault(SignatureHeader)) != true)
        {
            Log.SignatureRefused(logger, provider);
            return CallbackResult.InvalidSignature;
        }

        var query = ReadPairs(call.Query.TrimStart('?'));
        return Guid.TryParse(Find(query, "delivery"), out var delivery) && ReadReceipt(delivery, form) is { } receipt
            ? CallbackResult.Read(new CallbackReceipts(Find(query, "tenant") ?? Trigger.DefaultTenant, [receipt]))
            : CallbackResult.Nothing;
    }

    private Receipt? ReadReceipt(Guid delivery, List<KeyValuePair<string, string>> form)
    {
        var now = time.GetUtcNow();
        return Find(form, "MessageStatus") switch
        {
            "delivered" => new Receipt(delivery, ReceiptKind.Delivered, now),
            "read" => new Receipt(delivery, ReceiptKind.Opened, now),
            "undelivered" or "failed" => CreateBounce(delivery, now, Find(form, "ErrorCode")),
            _ => null,
        };
    }

    private static Receipt CreateBounce(Guid delivery, DateTimeOffset now, string? errorCode)
    {
        var bounce = new Receipt(delivery, ReceiptKind.Bounced, now);
        return int.TryParse(errorCode, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? bounce with
            {
                Detail = TwilioOutcomes.Describe(code),
                IsOptOut = TwilioOutcomes.IsOptOut(code),
            }
            : bounce;
    }

    private static string? Find(List<KeyValuePair<string, string>> pairs, string name) =>
        pairs.Find(pair => pair.Key == name).Value;

    private static List<KeyValuePair<string, string>> ReadPairs(string encoded)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var pair in encoded.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            pairs.Add(
                equals < 0
                    ? new(WebUtility.UrlDecode(pair), "")
                    : new(WebUtility.UrlDecode(pair[..equals]), WebUtility.UrlDecode(pair[(equals + 1)..]))
            );
        }

        return pairs;
    }
}
