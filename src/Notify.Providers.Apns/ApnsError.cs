using System.Text.Json;

namespace Notify.Providers.Apns;

/// <summary>The JSON that APNs answers an error with: Apple, 'Handling notification responses from APNs'.</summary>
/// <param name="Reason">Apple's name for it; null where the answer is none of APNs' own.</param>
/// <param name="Since">Since when a device token is not valid for the topic any more.</param>
internal readonly record struct ApnsError(string? Reason, DateTimeOffset? Since)
{
    /// <summary>Many times what APNs writes; a proxy's error page is not worth more.</summary>
    private const int MaxBytes = 4096;

    private static readonly long LatestMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Reads an error. One that is unreadable, or none of APNs', is empty: the status still says what to do.</summary>
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
                error.TryGetProperty("reason", out var reason) ? TextOf(reason) : null,
                error.TryGetProperty("timestamp", out var timestamp) ? TimeOf(timestamp) : null
            );
    }

    private static string? TextOf(JsonElement reason) => reason.ValueKind == JsonValueKind.String ? reason.GetString() : null;

    private static DateTimeOffset? TimeOf(JsonElement timestamp) =>
        timestamp.ValueKind == JsonValueKind.Number
        && timestamp.TryGetInt64(out var milliseconds)
        && milliseconds >= 0
        && milliseconds <= LatestMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
