using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// Reads the webhooks of Postmark. They are not signed; the credentials in the webhook's URL authenticate them. The metadata of
/// an email, which headers set over SMTP, is returned with all its events.
/// </summary>
internal sealed class PostmarkCallback(
    string provider,
    PostmarkCallbackOptions options,
    TimeProvider time,
    ILogger<PostmarkCallback> logger
) : IReceiptCallback, IVendorHeaders
{
    private const string HeaderPrefix = "X-PM-Metadata-";
    private const int MaxFieldLength = 80;

    private readonly EventAssignment _assignment = new(provider, options, logger);
    private readonly byte[] _credentials = SHA256.HashData(Encoding.UTF8.GetBytes($"{options.UserName}:{options.Password}"));

    public string Provider => provider;

    public int MaxBodyBytes => 524_288;

    public IEnumerable<KeyValuePair<string, string>> Create(Delivery delivery) =>
        delivery
            .GetOwnHeaders()
            .Where(header =>
                !header.Key.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase)
                || !ReferenceParts.IsName(header.Key[HeaderPrefix.Length..])
            )
            .Concat(
                ReferenceParts
                    .Divide(_assignment.CreateReference(delivery), MaxFieldLength)
                    .Select(field => KeyValuePair.Create(HeaderPrefix + field.Key, field.Value))
            );

    public ValueTask<CallbackResult> ReadAsync(VendorCall call, CancellationToken cancellationToken)
    {
        if (!IsAuthorized(call.Headers.GetValueOrDefault("Authorization")))
        {
            Log.CallbackRefused(logger, provider, "the credentials are not those of the options");
            return new(CallbackResult.InvalidSignature);
        }

        using var json = EventJson.TryParse(call.Body);
        if (json?.RootElement is not { ValueKind: JsonValueKind.Object } body)
            return new(CallbackResult.Unreadable(json is null ? EventJson.NotJson : "The body must be an object."));

        return new(ReadEvent(body) is { } one ? _assignment.Assign([one]) : CallbackResult.Nothing);
    }

    private bool IsAuthorized(string? header)
    {
        const string scheme = "Basic ";
        if (header is null || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return false;

        var credentials = new byte[header.Length];
        return Convert.TryFromBase64String(header[scheme.Length..].Trim(), credentials, out var length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(credentials.AsSpan(0, length)), _credentials);
    }

    private VendorEvent? ReadEvent(JsonElement body)
    {
        var type = body.FindText("RecordType");
        return type switch
        {
            "Delivery" => CreateEvent(body, type, "Recipient", "DeliveredAt", ReceiptKind.Delivered),
            "Open" => CreateEvent(body, type, "Recipient", "ReceivedAt", ReceiptKind.Opened),
            "Click" => CreateEvent(body, type, "Recipient", "ReceivedAt", ReceiptKind.Clicked),
            "SpamComplaint" => CreateEvent(body, type, "Email", "BouncedAt", ReceiptKind.Complained) with { IsOptOut = true },
            "SubscriptionChange" when IsOwnChoice(body) => CreateEvent(
                body,
                type,
                "Recipient",
                "ChangedAt",
                ReceiptKind.Unsubscribed
            ) with
            {
                IsOptOut = true,
            },
            "Bounce" when FindBounce(body) is { } detail => CreateEvent(
                body,
                type,
                "Email",
                "BouncedAt",
                ReceiptKind.Bounced
            ) with
            {
                Detail = detail,
            },
            _ => null,
        };
    }

    // Postmark reports a suppression after a bounce or a complaint as well, beside the event itself.
    private static bool IsOwnChoice(JsonElement body) =>
        body.IsTrue("SuppressSending")
        && body.FindText("SuppressionReason") == "ManualSuppression"
        && body.FindText("Origin") == "Recipient";

    private static string? FindBounce(JsonElement body)
    {
        var status = BounceText.FindStatus(body.FindText("Details"));
        return body.FindText("Type") switch
        {
            // Postmark still tries, or a person or a program answered the email.
            "Transient" or "AutoResponder" or "AddressChange" or "Subscribe" or "Unsubscribe" or "ChallengeVerification" => null,
            var type and ("HardBounce" or "BadEmailAddress" or "ManuallyDeactivated") => BounceText.Describe(
                "hard bounce",
                type,
                status
            ),
            var type => BounceText.Describe("soft bounce", type, status),
        };
    }

    private VendorEvent CreateEvent(JsonElement body, string type, string recipient, string at, ReceiptKind kind)
    {
        var happened = body.FindTime(at);
        return new VendorEvent
        {
            Reference = ReferenceParts.Join(name => FindMetadata(body, name)),
            Recipients = body.FindText(recipient) is { } address ? [address] : [],
            Kind = kind,
            At = happened ?? time.GetUtcNow(),
            // Only some events have an id of their own. A message has an event of a type once at a time.
            Id = $"{type}:{body.FindText("MessageID")}:{body.Find("ID")}:{happened?.UtcTicks}",
        };
    }

    // The name of a header is case-insensitive, and servers on the way may change its case.
    private static string? FindMetadata(JsonElement body, string name) =>
        body.Find("Metadata") is { ValueKind: JsonValueKind.Object } metadata
            ? metadata
                .EnumerateObject()
                .FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Value.AsText()
            : null;
}
