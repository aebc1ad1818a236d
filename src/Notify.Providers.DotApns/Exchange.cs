using System.Net;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.DotApns;

/// <summary>
/// One request to Apple and what its answer says beyond what dotAPNS tells. It accompanies the call that makes the request.
/// </summary>
internal sealed class Exchange(Guid deliveryId)
{
    private static readonly AsyncLocal<Exchange?> OfThisCall = new();

    public static Exchange? Current => OfThisCall.Value;

    /// <summary>The delivery's id, by which Apple recognises a repeated message.</summary>
    public string ApnsId { get; } = deliveryId.ToString();

    /// <summary>Null when nothing was answered, or the client does not use the HTTP client it was given.</summary>
    public HttpStatusCode? Status { get; private set; }

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Since when the token is dead.</summary>
    public DateTimeOffset? GoneSince { get; private set; }

    public static Exchange Begin(Guid deliveryId) => OfThisCall.Value = new Exchange(deliveryId);

    public void Answered(HttpResponseMessage response, ReadOnlySpan<byte> body, TimeProvider time)
    {
        Status = response.StatusCode;
        RetryAfter = HttpFailures.RetryAfter(response, time);
        GoneSince = TimestampIn(body);
    }

    // Milliseconds since 1970 (Apple, "Handling notification responses from APNs").
    private static DateTimeOffset? TimestampIn(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("timestamp"u8))
                    return reader.Read() ? DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64()) : null;
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            // Whoever answered this was not Apple.
        }

        return null;
    }
}
