using System.Buffers;
using System.Text.Json;
using Notify.Delivering;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>The service's answer to one call.</summary>
/// <param name="Outcome">What it means.</param>
/// <param name="RefusesAccess">Whether another access token may mend it.</param>
internal readonly record struct FcmAnswer(Outcome Outcome, bool RefusesAccess)
{
    /// <summary>Documented answers are far shorter; whatever is longer is cut.</summary>
    private const int MaxBytes = 8 * 1024;

    public static async ValueTask<FcmAnswer> ReadAsync(
        HttpResponseMessage response, bool isDevice, TimeProvider time, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes);
        try
        {
            var length = await ReadAsync(response, buffer, cancellationToken).ConfigureAwait(false);
            var body = buffer.AsMemory(0, length);
            return response.IsSuccessStatusCode
                ? new FcmAnswer(Outcome.Accepted(NameOf(body.Span)), RefusesAccess: false)
                : Refusal(response, FcmError.Parse(body), isDevice, time);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FcmAnswer Refusal(HttpResponseMessage response, FcmError error, bool isDevice, TimeProvider time) => new(
        FcmOutcomes.Of(response.StatusCode, error, HttpFailures.RetryAfter(response, time), isDevice),
        FcmOutcomes.RefusesAccess(response.StatusCode, error));

    // The status has said what matters. When the rest does not arrive, a message that was taken over must not be sent again for want
    // of its id.
    private static async ValueTask<int> ReadAsync(HttpResponseMessage response, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            int read;
            do
            {
                read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                length += read;
            }
            while (read > 0 && length < buffer.Length);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException || IsTaken(response, exception))
        {
        }

        return length;
    }

    private static bool IsTaken(HttpResponseMessage response, Exception exception) =>
        response.IsSuccessStatusCode && exception is OperationCanceledException;

    /// <summary>The message's name, <c>projects/{project}/messages/{id}</c>; null when the body is none of the documented ones.</summary>
    private static string? NameOf(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueTextEquals("name"u8);
                reader.Read();
                if (isName)
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
            }

            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
