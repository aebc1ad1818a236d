using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// Reads SendGrid's Event Webhook, whose calls contain up to some thousand events of any tenant. The unique arguments of an
/// email, which the header X-SMTPAPI sets over SMTP, are returned with all its events.
/// </summary>
internal sealed class SendGridCallback(
    string provider,
    SendGridCallbackOptions options,
    TimeProvider time,
    ILogger<SendGridCallback> logger
) : IReceiptCallback, IVendorHeaders
{
    private const string Header = "X-SMTPAPI";
    private const string Arguments = "unique_args";
    private const string Argument = "notify";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private static readonly JsonSerializerOptions Spaced = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        IndentSize = 0,
    };

    private readonly EventAssignment _assignment = new(provider, options, logger);
    private readonly SendGridSignature _signature = new(options.PublicKeys);

    public string Provider => provider;

    public int MaxBodyBytes => 1_048_576;

    public IEnumerable<KeyValuePair<string, string>> Create(Delivery delivery)
    {
        var api = new JsonObject();
        foreach (var header in delivery.GetOwnHeaders())
        {
            if (header.Key.Equals(Header, StringComparison.OrdinalIgnoreCase))
                api = Parse(header.Value) ?? api;
            else
                yield return header;
        }

        if (api[Arguments] is not JsonObject arguments)
            api[Arguments] = arguments = [];
        arguments[Argument] = _assignment.CreateReference(delivery);
        // The spaces are the places where the line can be folded.
        yield return KeyValuePair.Create(Header, api.ToJsonString(Spaced).Replace('\n', ' '));
    }

    public ValueTask<CallbackResult> ReadAsync(VendorCall call, CancellationToken cancellationToken)
    {
        if (FindRefusal(call) is { } reason)
        {
            Log.CallbackRefused(logger, provider, reason);
            return new(CallbackResult.InvalidSignature);
        }

        using var json = EventJson.TryParse(call.Body);
        if (json?.RootElement is not { ValueKind: JsonValueKind.Array } events)
            return new(CallbackResult.Unreadable(json is null ? EventJson.NotJson : "The body must be an array of events."));

        return new(_assignment.Assign(events.EnumerateArray().Select(ReadEvent).OfType<VendorEvent>()));
    }

    // A header that is not an object is not valid, and SendGrid would refuse the email.
    private static JsonObject? Parse(string header)
    {
        try
        {
            return JsonNode.Parse(header) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string? FindRefusal(VendorCall call)
    {
        var timestamp = call.Headers.GetValueOrDefault("X-Twilio-Email-Event-Webhook-Timestamp") ?? "";
        if (
            !_signature.Verify(
                timestamp,
                call.Body.Span,
                call.Headers.GetValueOrDefault("X-Twilio-Email-Event-Webhook-Signature")
            )
        )
            return "the signature is not valid";

        return ReadTime(timestamp) is { } at && time.GetUtcNow() - at is var age && age <= options.MaxAge && age >= -ClockSkew
            ? null
            : "the timestamp is too old or ahead";
    }

    private static DateTimeOffset? ReadTime(string seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(number)
            : null;

    private VendorEvent? ReadEvent(JsonElement json) =>
        json.FindText("event") switch
        {
            "delivered" => CreateEvent(json, ReceiptKind.Delivered),
            // A program opened it, such as the privacy protection of a mail program, and not a person.
            "open" when json.IsTrue("sg_machine_open") => null,
            "open" => CreateEvent(json, ReceiptKind.Opened),
            "click" => CreateEvent(json, ReceiptKind.Clicked),
            "bounce" => CreateEvent(json, ReceiptKind.Bounced) with { Detail = DescribeBounce(json) },
            "dropped" => CreateDropped(json),
            "spamreport" => CreateEvent(json, ReceiptKind.Complained) with { IsOptOut = true },
            "unsubscribe" or "group_unsubscribe" => CreateEvent(json, ReceiptKind.Unsubscribed) with { IsOptOut = true },
            // processed and deferred: SendGrid still tries.
            _ => null,
        };

    private static string DescribeBounce(JsonElement json) =>
        BounceText.Describe(
            json.FindText("type") == "blocked" ? "soft bounce" : "hard bounce",
            json.FindText("bounce_classification"),
            BounceText.FindStatus(json.FindText("status") ?? json.FindText("reason"))
        );

    // SendGrid did not send it, mostly because of an earlier event.
    private VendorEvent CreateDropped(JsonElement json)
    {
        var reason = json.FindText("reason");
        return CreateEvent(json, ReceiptKind.Bounced) with
        {
            Detail = BounceText.Describe("dropped", reason),
            IsOptOut = reason is "Unsubscribed Address" or "Spam Reporting Address",
        };
    }

    private VendorEvent CreateEvent(JsonElement json, ReceiptKind kind)
    {
        var timestamp = json.Find("timestamp");
        return new VendorEvent
        {
            Reference = json.FindText(Argument),
            Recipients = json.FindText("email") is { } address ? [address] : [],
            Kind = kind,
            At = (timestamp.ValueKind == JsonValueKind.Number ? ReadTime(timestamp.GetRawText()) : null) ?? time.GetUtcNow(),
            Id = json.FindText("sg_event_id")
                ?? $"{json.FindText("sg_message_id")}:{json.FindText("event")}:{timestamp}:{json.FindText("email")}",
        };
    }
}
