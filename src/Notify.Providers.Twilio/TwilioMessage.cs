using System.Text.Json.Serialization;

namespace Notify.Providers.Twilio;

/// <summary>The fields that are read from a created message (Twilio, "Messages resource").</summary>
/// <param name="Sid">The message's id: <c>SM</c> or <c>MM</c> and 32 hexadecimal digits.</param>
/// <param name="Status">The message's status, such as <c>queued</c>.</param>
/// <param name="ErrorCode">The error code if the message failed.</param>
/// <param name="NumSegments">The number of billed segments, or 0 as long as it is unknown.</param>
/// <param name="Price">The billed price as a negative number, or null as long as it is unknown.</param>
/// <param name="PriceUnit">The currency of the price.</param>
internal sealed record TwilioMessage(
    string? Sid,
    string? Status,
    int? ErrorCode,
    int? NumSegments,
    decimal? Price,
    string? PriceUnit
);

/// <summary>
/// The fields that are read from an error. The error's message is not among them, because it may quote the number and the text.
/// </summary>
internal sealed record TwilioError(int? Code);

// Twilio writes some numbers of a message as JSON strings.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString
)]
[JsonSerializable(typeof(TwilioMessage))]
[JsonSerializable(typeof(TwilioError))]
internal sealed partial class TwilioJson : JsonSerializerContext;
