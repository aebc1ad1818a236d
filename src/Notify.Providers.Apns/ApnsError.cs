using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Notify.Providers.Apns;

/// <summary>The body of an error response (Apple, "Handling notification responses from APNs").</summary>
public readonly record struct ApnsError
{
    /// <summary>
    /// The maximum number of bytes to read. Bodies from APNs are far shorter; a longer one is a proxy's error page.
    /// </summary>
    private const int MaxBytes = 4096;

    private static readonly long LatestMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="reason">Apple's error code, or null if the response did not come from APNs.</param>
    /// <param name="since">The time at which APNs found that the device token is no longer valid for the topic, or null.</param>
    [SetsRequiredMembers]
    public ApnsError(string? reason, DateTimeOffset? since)
    {
        Reason = reason;
        Since = since;
    }

    /// <summary>Gets Apple's error code, or null if the response did not come from APNs.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the time at which APNs found that the device token is no longer valid for the topic, or null.</summary>
    public DateTimeOffset? Since { get; init; }

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
