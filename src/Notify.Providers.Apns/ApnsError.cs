using System.Text.Json;

namespace Notify.Providers.Apns;

/// <summary>The body of an error response (Apple, "Handling notification responses from APNs").</summary>
/// <param name="Reason">Apple's error code, or null if the response did not come from APNs.</param>
/// <param name="Since">The time at which APNs found that the device token is no longer valid for the topic, or null.</param>
public readonly record struct ApnsError(string? Reason, DateTimeOffset? Since)
{
    /// <summary>
    /// The number of bytes read at most. Bodies from APNs are far shorter; a longer one is a proxy's error page.
    /// </summary>
    private const int MaxBytes = 4096;

    private static readonly long LatestMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>
    /// Reads the error. Returns an empty error if the body is unreadable or did not come from APNs; the HTTP status alone then
    /// decides the outcome.
    /// </summary>
    public static async ValueTask<ApnsError> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken).ConfigureAwait(false);
            return Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            return default;
        }
    }

    private static ApnsError Parse(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var error = document.RootElement;
        return error.ValueKind != JsonValueKind.Object
            ? default
            : new ApnsError(
                error.TryGetProperty("reason", out var reason) ? ReadText(reason) : null,
                error.TryGetProperty("timestamp", out var timestamp) ? ReadTime(timestamp) : null
            );
    }

    private static string? ReadText(JsonElement reason) => reason.ValueKind == JsonValueKind.String ? reason.GetString() : null;

    private static DateTimeOffset? ReadTime(JsonElement timestamp) =>
        timestamp.ValueKind == JsonValueKind.Number
        && timestamp.TryGetInt64(out var milliseconds)
        && milliseconds >= 0
        && milliseconds <= LatestMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
