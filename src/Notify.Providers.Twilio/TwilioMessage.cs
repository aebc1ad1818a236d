using System.Text.Json.Serialization;

namespace Notify.Providers.Twilio;

/// <summary>The fields that are read from a created message (Twilio, "Messages resource").</summary>
/// <remarks>
/// The properties have setters because the serializer would collect constructor parameters, and properties that are only
/// initialized, in boxes first: 80 bytes and a quarter of the time more for each message.
/// </remarks>
internal sealed class TwilioMessage
{
    /// <summary>Gets or sets the message's id: <c>SM</c> or <c>MM</c> and 32 hexadecimal digits.</summary>
    public string? Sid { get; set; }

    /// <summary>Gets or sets the message's status, such as <c>queued</c>.</summary>
    public string? Status { get; set; }

    /// <summary>Gets or sets the error code if the message failed.</summary>
    public int? ErrorCode { get; set; }

    /// <summary>Gets or sets the number of billed segments, or 0 as long as it is unknown.</summary>
    public int? NumSegments { get; set; }

    /// <summary>Gets or sets the billed price as a negative number, or null as long as it is unknown.</summary>
    public decimal? Price { get; set; }

    /// <summary>Gets or sets the currency of the price.</summary>
    public string? PriceUnit { get; set; }
}

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
