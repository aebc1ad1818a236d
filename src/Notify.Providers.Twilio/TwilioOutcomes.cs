using System.Collections.Frozen;
using System.Net;
using Notify.Providers.Http;

namespace Notify.Providers.Twilio;

/// <summary>
/// Maps Twilio's answers to outcomes. The code of Twilio's error and warning dictionary (twilio.com/docs/api/errors) takes
/// precedence over the HTTP status. A reason contains the code and its name in the dictionary, never Twilio's message, which may
/// quote the number and the text.
/// </summary>
/// <remarks>
/// An error that concerns the account or sender as a whole is a failure of the provider: deliveries move to another provider
/// while this one rests. An error that depends on the recipient, such as a region that the account may not send to, rejects only
/// the delivery. If it counted as a failure of the provider, anyone could stop all messages by registering a few such numbers.
/// The same applies to a sender that lacks a registration that carriers of one country require (30032 to 30035), because it can
/// still send to all other countries.
/// </remarks>
internal static class TwilioOutcomes
{
    /// <summary>The maximum number of characters of a body (error 21617).</summary>
    public const int MaxBodyLength = 1_600;

    private enum Meaning
    {
        /// <summary>The account or the sender cannot send.</summary>
        Fails,

        /// <summary>The account or the sender exceeds its rate limit.</summary>
        Throttles,

        /// <summary>The message may be accepted later.</summary>
        Passes,

        /// <summary>The message, or any message to this number, will never be accepted.</summary>
        Rejects,

        /// <summary>The recipient has opted out.</summary>
        OptsOut,

        /// <summary>The number no longer exists.</summary>
        Gone,
    }

    private static readonly FrozenDictionary<int, (string Name, Meaning Meaning)> Dictionary = new Dictionary<
        int,
        (string, Meaning)
    >
    {
        [10001] = ("Account is not active", Meaning.Fails),
        [10002] = ("Trial accounts do not support the feature you tried to use", Meaning.Fails),
        [14107] = ("SMS send rate limit exceeded", Meaning.Passes),
        [14108] = ("From phone number not SMS capable", Meaning.Fails),
        [14111] = ("Invalid To phone number for Trial mode", Meaning.Rejects),
        [20001] = ("Unknown parameters", Meaning.Rejects),
        [20003] = ("Permission Denied", Meaning.Fails),
        [20005] = ("Account not active", Meaning.Fails),
        [20006] = ("Access Denied", Meaning.Fails),
        [20008] = ("Test Credentials", Meaning.Fails),
        [20010] = ("Action disabled for account", Meaning.Fails),
        [20403] = ("403 Forbidden", Meaning.Fails),
        [20404] = ("Not Found", Meaning.Fails),
        [20422] = ("Invalid Parameter", Meaning.Rejects),
        [20429] = ("Too Many Requests", Meaning.Throttles),
        [20500] = ("Internal Server Error", Meaning.Passes),
        [20503] = ("Service unavailable", Meaning.Fails),
        [20504] = ("Twilio Internal Error", Meaning.Fails),
        [21210] = ("'From' phone number not verified", Meaning.Fails),
        [21211] = ("Invalid 'To' Phone Number", Meaning.Rejects),
        [21212] = ("Invalid 'From' Number", Meaning.Fails),
        [21214] = ("'To' phone number cannot be reached", Meaning.Rejects),
        [21217] = ("Phone number does not appear to be valid", Meaning.Rejects),
        [21219] = ("'To' phone number not verified", Meaning.Rejects),
        [21264] = ("'From' phone number not verified", Meaning.Fails),
        [21265] = ("'To' number cannot be a Short Code", Meaning.Rejects),
        [21266] = ("'To' and 'From' numbers cannot be the same", Meaning.Rejects),
        [21267] = ("Alphanumeric Sender ID cannot be used as the 'From' number on trial accounts", Meaning.Fails),
        [21268] = ("Sending to Premium rate or Information Service numbers is not allowed", Meaning.Rejects),
        [21401] = ("Invalid Phone Number", Meaning.Rejects),
        [21407] = ("This Phone Number type does not support SMS", Meaning.Rejects),
        [21408] = (
            "Permission to send an SMS or MMS has not been enabled for the region indicated by the 'To' number",
            Meaning.Rejects
        ),
        [21421] = ("Phone Number is invalid", Meaning.Rejects),
        [21601] = ("Phone number is not a valid SMS-capable inbound phone number", Meaning.Fails),
        [21602] = ("Message body is required", Meaning.Rejects),
        [21603] = ("A 'From' or 'MessagingServiceSid' parameter is required to send a message", Meaning.Fails),
        [21604] = ("The destination 'To' phone number is required to send an SMS", Meaning.Rejects),
        [21605] = ("Maximum body length is 160 characters (old API endpoint)", Meaning.Rejects),
        [21606] = (
            "The 'From' phone number provided is not a valid message-capable Twilio phone number"
                + " for this destination/account",
            Meaning.Fails
        ),
        [21607] = ("The 'from' phone number must be the sandbox phone number for trial accounts", Meaning.Fails),
        [21608] = ("The 'to' phone number provided is not yet verified for this account", Meaning.Rejects),
        [21609] = ("Invalid 'StatusCallback'", Meaning.Fails),
        [21610] = ("Attempt to send to unsubscribed recipient", Meaning.OptsOut),
        [21611] = ("This 'From' number has exceeded the maximum number of queued messages", Meaning.Throttles),
        [21612] = ("Message cannot be sent with the current combination of 'To' and/or 'From' parameters", Meaning.Rejects),
        [21614] = ("'To' number is not a valid mobile number", Meaning.Rejects),
        [21616] = ("The 'From' number matches multiple numbers for your account", Meaning.Fails),
        [21617] = ("The concatenated message body exceeds the 1600 character limit", Meaning.Rejects),
        [21618] = ("The message body cannot be sent", Meaning.Rejects),
        [21619] = ("A Message Body, Media URL or Content SID is required", Meaning.Rejects),
        [21624] = ("Invalid validity period value", Meaning.Rejects),
        [21635] = ("'To' number cannot be a landline", Meaning.Rejects),
        [21657] = ("The Sender ID is invalid", Meaning.Fails),
        [21658] = ("Parameter exceeded character limit", Meaning.Rejects),
        [21659] = ("'From' is not a Twilio phone number or Short Code country mismatch", Meaning.Fails),
        [21660] = ("Mismatch between the 'From' number and the account", Meaning.Fails),
        [21661] = ("'From' number is not SMS-capable", Meaning.Fails),
        [21701] = ("The Messaging Service does not exist", Meaning.Fails),
        [21702] = ("The Messaging Service is not available to send new messages", Meaning.Fails),
        [21703] = ("The Messaging Service does not have a phone number available to send a message", Meaning.Fails),
        [21704] = ("The Messaging Service contains no phone numbers", Meaning.Fails),
        [21705] = ("The Messaging Service is invalid", Meaning.Fails),
        [30001] = ("Queue overflow", Meaning.Throttles),
        [30002] = ("Account suspended", Meaning.Fails),
        [30003] = ("Unreachable destination handset", Meaning.Passes),
        [30004] = ("Message blocked", Meaning.Rejects),
        [30005] = ("Unknown destination handset", Meaning.Gone),
        [30006] = ("Landline or unreachable carrier", Meaning.Rejects),
        [30007] = ("Message filtered", Meaning.Rejects),
        [30008] = ("Unknown error", Meaning.Passes),
        [30010] = ("Message price exceeds max price", Meaning.Rejects),
        [30017] = ("Carrier network congestion", Meaning.Passes),
        [30018] = ("Destination carrier requires sender ID pre-registration", Meaning.Rejects),
        [30019] = ("Content size exceeds carrier limit", Meaning.Rejects),
        [30022] = ("US A2P 10DLC - Rate Limits Exceeded", Meaning.Throttles),
        [30023] = ("US A2P 10DLC - Daily Message Cap Reached", Meaning.Passes),
        [30024] = ("Numeric Sender ID Not Provisioned on Carrier", Meaning.Rejects),
        [30027] = ("US A2P 10DLC - T-Mobile Daily Message Limit Reached", Meaning.Passes),
        [30032] = ("Toll-Free Number Has Not Been Verified", Meaning.Rejects),
        [30033] = ("US A2P 10DLC - Campaign Suspended", Meaning.Rejects),
        [30034] = ("US A2P 10DLC - Message from an Unregistered Number", Meaning.Rejects),
        [30035] = ("US A2P 10DLC - Message from a number still being configured", Meaning.Rejects),
        [30036] = ("Validity Period Expired", Meaning.Rejects),
        [30037] = ("Outbound Messaging Disabled", Meaning.Fails),
        [30038] = ("OTP Message Body Filtered", Meaning.Rejects),
        [30039] = ("Filtered to Prevent Message Loops", Meaning.Rejects),
        [30040] = ("Destination carrier requires Sender ID pre-registration", Meaning.Rejects),
        [30041] = ("Message from an unregistered number sent to a United Kingdom number", Meaning.Rejects),
        [30042] = ("The Sender ID is blocked as generic or it contains special characters", Meaning.Fails),
        [30410] = ("Provider Timeout Error", Meaning.Passes),
        [30450] = ("Message delivery blocked", Meaning.Passes),
        [30453] = ("Message couldn't be delivered", Meaning.Passes),
        [30454] = ("Account exceeded the messages limit", Meaning.Fails),
        [30485] = ("Message couldn't be delivered", Meaning.Passes),
        [30500] = ("Twilio Internal Error", Meaning.Passes),
        [63017] = ("Rate limit exceeded", Meaning.Throttles),
        [63038] = ("Account exceeded the daily messages limit", Meaning.Fails),
        [90007] = ("Invalid validity period value", Meaning.Rejects),
        [90010] = ("Account is not active", Meaning.Fails),
    }.ToFrozenDictionary();

    /// <summary>Finds a reason why Twilio would never accept the content. Returns null if there is none.</summary>
    public static Outcome? FindRefusal(Content content)
    {
        if (string.IsNullOrEmpty(content.Body))
            return Outcome.Rejected("an SMS must have a body");
        return SmsRules.IsTooLong(content.Body, MaxBodyLength)
            ? Outcome.Rejected($"the body is longer than {MaxBodyLength} characters")
            : null;
    }

    /// <summary>
    /// Returns whether Twilio accepted the message. After this status, sending again would duplicate the message, no matter what
    /// the rest of the response contains.
    /// </summary>
    public static bool IsCreated(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.Created;

    /// <summary>Creates the outcome of an answer that created a message.</summary>
    public static Outcome FromMessage(TwilioMessage? message, Cost cost)
    {
        var failed = message?.Status is "failed" or "undelivered";
        if (message?.ErrorCode is { } code && (failed || Dictionary.ContainsKey(code)))
            return FromCode(code, null) ?? Outcome.Retry(Describe(code));
        return failed ? Outcome.Retry("the message failed without an error code") : Outcome.Sent(message?.Sid, cost);
    }

    /// <summary>Creates the outcome of an answer that created no message.</summary>
    public static Outcome FromError(HttpResponseMessage response, TwilioError? error, TimeProvider time)
    {
        var after = HttpFailures.RetryAfter(response, time);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
            return Outcome.Throttled(error?.Code is { } limit ? Describe(limit) : "HTTP 429", after);
        return (error?.Code is { } code ? FromCode(code, after) : null) ?? FromStatus(response.StatusCode, error?.Code, after);
    }

    /// <summary>Describes an error by its code and its name in the dictionary.</summary>
    public static string Describe(int code) =>
        Dictionary.TryGetValue(code, out var entry) ? $"{code} {entry.Name}" : $"error {code}";

    /// <summary>Returns whether an error says that the recipient replied STOP.</summary>
    public static bool IsOptOut(int code) => Dictionary.TryGetValue(code, out var entry) && entry.Meaning == Meaning.OptsOut;

    private static Outcome? FromCode(int code, TimeSpan? after)
    {
        if (!Dictionary.TryGetValue(code, out var entry))
            return null;

        var reason = Describe(code);
        return entry.Meaning switch
        {
            Meaning.Fails => Outcome.ProviderFailed(reason, after),
            Meaning.Throttles => Outcome.Throttled(reason, after),
            Meaning.Passes => Outcome.Retry(reason, after),
            Meaning.OptsOut => Outcome.OptedOut(reason),
            Meaning.Gone => Outcome.RecipientGone(reason),
            _ => Outcome.Rejected(reason),
        };
    }

    // A missing path, or a success that does not create a message, shows that the server is not Twilio's Messages API.
    private static Outcome FromStatus(HttpStatusCode status, int? code, TimeSpan? after)
    {
        var reason = code is { } unknown ? $"HTTP {(int)status}, {Describe(unknown)}" : $"HTTP {(int)status}";
        return status switch
        {
            _ when HttpOutcomes.IsAnswerLost(status) => Outcome.AnswerLost(reason, after, isProviderFailure: true),
            HttpStatusCode.ServiceUnavailable => Outcome.ProviderFailed(reason, after),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => Outcome.Retry(reason, after),
            HttpStatusCode.Unauthorized
            or HttpStatusCode.PaymentRequired
            or HttpStatusCode.Forbidden
            or HttpStatusCode.NotFound
            or HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.Gone
            or < HttpStatusCode.BadRequest => Outcome.ProviderFailed(reason),
            _ => Outcome.Rejected(reason),
        };
    }
}
