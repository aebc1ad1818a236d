using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Notify.Queueing;
using Notify.Settling;

namespace Notify.Providers.Twilio;

/// <summary>
/// Reads Twilio's status callbacks (Twilio, "Track the Message Status of Outbound Messages"). The URL that was sent with a
/// message says whose delivery it is, and the signature covers the URL.
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

    /// <summary>The query of the URL that Twilio is to call for a delivery.</summary>
    public static string QueryFor(Delivery delivery) => $"?tenant={Uri.EscapeDataString(delivery.Tenant)}&delivery={delivery.Id}";

    public CallbackReceipts? Read(VendorCall call)
    {
        var form = ReadPairs(Encoding.UTF8.GetString(call.Body.Span));
        if (_signature?.Signs(call.Query, form, call.Headers.GetValueOrDefault(SignatureHeader)) != true)
        {
            Log.SignatureRefused(logger, provider);
            return null;
        }

        var query = ReadPairs(call.Query.TrimStart('?'));
        var receipt = Guid.TryParse(Find(query, "delivery"), out var delivery) ? ReadReceipt(delivery, form) : null;
        return new CallbackReceipts(Find(query, "tenant") ?? Trigger.DefaultTenant, receipt is null ? [] : [receipt]);
    }

    private Receipt? ReadReceipt(Guid delivery, List<KeyValuePair<string, string>> form)
    {
        var now = time.GetUtcNow();
        return Find(form, "MessageStatus") switch
        {
            "delivered" => new Receipt(delivery, ReceiptKind.Delivered, now),
            "read" => new Receipt(delivery, ReceiptKind.Opened, now),
            "undelivered" or "failed" => new Receipt(delivery, ReceiptKind.Bounced, now, DetailOf(Find(form, "ErrorCode"))),
            _ => null,
        };
    }

    private static string? DetailOf(string? errorCode) =>
        int.TryParse(errorCode, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? TwilioOutcomes.Describe(code)
            : null;

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
