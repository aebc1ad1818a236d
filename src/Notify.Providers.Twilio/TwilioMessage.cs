using System.Text.Json.Serialization;

namespace Notify.Providers.Twilio;

/// <summary>What is of use in a created message (Twilio, "Messages resource").</summary>
/// <param name="Sid">The message's id: <c>SM</c> or <c>MM</c> and 32 hexadecimal digits.</param>
/// <param name="Status">Where it stands, such as <c>queued</c>.</param>
/// <param name="ErrorCode">Why it failed.</param>
/// <param name="NumSegments">How many segments are billed; 0 while it is not known.</param>
/// <param name="Price">What is billed, as a negative number; null while it is not known.</param>
/// <param name="PriceUnit">The price's currency.</param>
internal sealed record TwilioMessage(
    string? Sid,
    string? Status,
    int? ErrorCode,
    int? NumSegments,
    decimal? Price,
    string? PriceUnit
);

/// <summary>What is of use in an error. Its message may quote the number and the text, so it is not read.</summary>
internal sealed record TwilioError(int? Code);

// Numbers of a message are strings in Twilio's JSON.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString
)]
[JsonSerializable(typeof(TwilioMessage))]
[JsonSerializable(typeof(TwilioError))]
internal sealed partial class TwilioJson : JsonSerializerContext;
