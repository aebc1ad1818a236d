using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace Notify.Providers.WebPush;

/// <summary>
/// What a push service says is wrong beside the status: Apple's <c>reason</c> or Mozilla's <c>errno</c>. Nothing else of its
/// answer is repeated, which may quote the request, and comes from whatever server the subscription names.
/// </summary>
internal static class PushServiceError
{
    private const int MaxBytes = 1024;

    /// <summary>Apple, "Sending web push notifications in web apps and browsers".</summary>
    private static readonly FrozenSet<string> AppleReasons = FrozenSet.Create(
        StringComparer.Ordinal,
        "BadAuthorizationHeader",
        "BadJwtToken",
        "BadPath",
        "BadTtl",
        "BadUrgency",
        "BadVapidPublicKey",
        "BadWebPushRequest",
        "BadWebPushTopic",
        "ExpiredToken",
        "InternalServerError",
        "MethodNotAllowed",
        "PayloadTooLarge",
        "ServiceUnavailable",
        "Shutdown",
        "TooManyRequests",
        "Unregistered",
        "VapidPkHashMismatch"
    );

    /// <summary>The vendor's code, or null when it gives none that is known.</summary>
    public static async ValueTask<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(MaxBytes);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            var length = await stream
                .ReadAtLeastAsync(bytes.AsMemory(0, MaxBytes), MaxBytes, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return Find(bytes.AsSpan(0, length));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The status was heard, and says enough.
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static string? Find(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? FindMember(ref reader) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? FindMember(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isReason, isNumber) = (reader.ValueTextEquals("reason"u8), reader.ValueTextEquals("errno"u8));
            reader.Read();
            var type = reader.TokenType;
            if (isReason && type == JsonTokenType.String && AppleReasons.TryGetValue(reader.GetString()!, out var reason))
                return reason;
            if (isNumber && type == JsonTokenType.Number && reader.TryGetUInt16(out var number))
                return $"errno {number}";
            reader.Skip();
        }

        return null;
    }
}
