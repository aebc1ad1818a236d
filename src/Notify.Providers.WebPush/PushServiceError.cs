using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace Notify.Providers.WebPush;

/// <summary>
/// Reads why a push service refuses, beside the status: Apple's <c>reason</c>, Mozilla's <c>errno</c> or Windows's
/// <c>X-WNS-Error-Description</c>. Nothing else of its answer is repeated: it may quote the request, and comes from whatever
/// server the subscription names.
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

    private const int MaxDescriptionLength = 80;

    /// <summary>A longer word is no word, but may be a token.</summary>
    private const int MaxWordLength = 20;

    private static readonly SearchValues<char> Wording = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz '.,-"
    );

    /// <summary>Reads the vendor's code or description; null when it gives none that may be shown.</summary>
    public static async ValueTask<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (FindDescription(response) is { } description)
            return description;

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

    /// <summary>
    /// Finds Windows's description, which is a header. It comes from whatever server the subscription names, so it counts only
    /// where it is made of words: never a token, an address or a number.
    /// </summary>
    private static string? FindDescription(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("X-WNS-Error-Description", out var values))
            return null;

        var text = values.ToString().Trim();
        return
            text.Length is > 0 and <= MaxDescriptionLength
            && !text.AsSpan().ContainsAnyExcept(Wording)
            && text.Split(' ').All(word => word.Length <= MaxWordLength)
            ? text
            : null;
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
