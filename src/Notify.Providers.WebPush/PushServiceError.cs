using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace Notify.Providers.WebPush;

/// <summary>
/// Reads the error code of a push service: Apple's <c>reason</c>, Mozilla's <c>errno</c> or the <c>X-WNS-Error-Description</c> of
/// Windows. Nothing else of the answer is repeated, because it may quote the request, and it comes from any server that a
/// subscription names.
/// </summary>
internal static class PushServiceError
{
    private const int MaxBytes = 1024;

    /// <summary>Apple's reasons ("Sending web push notifications in web apps and browsers").</summary>
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

    /// <summary>The maximum length of a word. A longer one may be a token.</summary>
    private const int MaxWordLength = 20;

    private static readonly SearchValues<char> Wording = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz '.,-"
    );

    /// <summary>Reads the vendor's code or description. Returns null if the answer has none that is safe to show.</summary>
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
            // The HTTP status is known and is sufficient.
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>
    /// Finds the description that the push service of Windows sends as a header. Any server that a subscription names may send
    /// it, so it is used only if it consists of plain words and cannot contain a token, an address or a number.
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
