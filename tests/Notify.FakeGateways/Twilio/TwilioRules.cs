using System.Globalization;
using System.Text.RegularExpressions;

namespace Notify.FakeGateways.Twilio;

/// <summary>
/// Makes the checks that Twilio makes before it creates a message, and knows the magic numbers of its test credentials (Twilio,
/// "Test Credentials"). The fake adds numbers of its own: a message to <c>+15005530005</c> is accepted, and its delivery then
/// fails with error 30005. The same works for all errors from 30003 to 30008.
/// </summary>
internal static partial class TwilioRules
{
    private const string UndeliverablePrefix = "+150055";
    private const int MaxBodyLength = 1_600;

    private static readonly Dictionary<string, TwilioRefusal> MagicSenders = new()
    {
        ["+15005550001"] = new(400, 21212, "The 'From' number +15005550001 is not a valid phone number."),
        ["+15005550007"] = new(400, 21606, "The 'From' phone number provided is not a valid message-capable phone number."),
        ["+15005550008"] = new(429, 21611, "This 'From' number has exceeded the maximum number of queued messages."),
    };

    private static readonly Dictionary<string, TwilioRefusal> MagicRecipients = new()
    {
        ["+15005550001"] = new(400, 21211, "The 'To' number +15005550001 is not a valid phone number."),
        ["+15005550002"] = new(
            400,
            21612,
            "Message cannot be sent with the current combination of 'To' and/or 'From' parameters"
        ),
        ["+15005550003"] = new(400, 21408, "Permission to send an SMS has not been enabled for the region: +15005550003"),
        ["+15005550004"] = new(400, 21610, "Attempt to send to unsubscribed recipient"),
        ["+15005550009"] = new(400, 21614, "'To' number is not a valid mobile number: +15005550009"),
    };

    /// <summary>Returns the error that Twilio would answer, or null if it creates the message.</summary>
    public static TwilioRefusal? FindError(TwilioRequest request, TwilioAccount account)
    {
        if (request.Path != $"/2010-04-01/Accounts/{account.Sid}/Messages.json")
            return new(404, 20404, $"The requested resource {request.Path} was not found");
        if (!account.Authorizes(request.Authorization))
            return new(401, 20003, "Authenticate");
        if (request.Method != "POST")
            return new(405, 20004, "Method not allowed");
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) != true)
            return new(415, 20415, "Unsupported media type");
        return CheckRecipient(request) ?? CheckSender(request, account) ?? CheckContent(request);
    }

    /// <summary>Returns the error with which delivery to this number fails, or null if it succeeds.</summary>
    public static int? FindDeliveryError(string to) =>
        to.StartsWith(UndeliverablePrefix, StringComparison.Ordinal)
        && int.TryParse(to.AsSpan(UndeliverablePrefix.Length), CultureInfo.InvariantCulture, out var code)
        && code is >= 30_003 and <= 30_008
            ? code
            : null;

    private static TwilioRefusal? CheckRecipient(TwilioRequest request)
    {
        if (request.To is not { } to)
            return new(400, 21604, "A 'To' phone number is required.");
        if (!E164().IsMatch(to))
            return new(400, 21211, $"The 'To' number {to} is not a valid phone number.");
        return MagicRecipients.GetValueOrDefault(to);
    }

    private static TwilioRefusal? CheckSender(TwilioRequest request, TwilioAccount account)
    {
        if (request.MessagingServiceSid is { } service)
        {
            return service == account.MessagingServiceSid
                ? null
                : new(404, 21701, $"The Messaging Service {service} does not exist");
        }

        if (request.From is not { } from)
            return new(400, 21603, "A 'From' phone number is required.");
        if (MagicSenders.TryGetValue(from, out var magic))
            return magic;
        return from == account.Number ? null : new(400, 21659, $"'From' {from} is not a Twilio phone number");
    }

    private static TwilioRefusal? CheckContent(TwilioRequest request)
    {
        if (request.Body is not { } body)
            return new(400, 21619, "A text message body or media urls must be specified.");
        if (body.EnumerateRunes().Count() > MaxBodyLength)
            return new(400, 21617, "The concatenated message body exceeds the 1600 character limit");
        if (request.Field("StatusCallback") is { } callback && !IsPublic(callback))
            return new(400, 21609, $"The 'StatusCallback' URL {callback} is not a valid URL.");
        return
            request.Field("ValidityPeriod") is { } validity
            && !(int.TryParse(validity, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 36_000)
            ? new(400, 90007, "Invalid validity period value")
            : null;
    }

    private static bool IsPublic(string callback) =>
        Uri.TryCreate(callback, UriKind.Absolute, out var url) && url.Scheme is ("https" or "http") && !url.IsLoopback;

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}\z")]
    private static partial Regex E164();
}

/// <summary>An error in Twilio's API.</summary>
internal sealed record TwilioRefusal(int Status, int Code, string Message);
