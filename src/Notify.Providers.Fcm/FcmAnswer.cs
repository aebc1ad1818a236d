using System.Buffers;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>The service's answer to one call.</summary>
/// <param name="Outcome">The outcome that the answer stands for.</param>
/// <param name="RefusesAccess">Whether the access token was refused, so that the call may succeed with a new one.</param>
internal readonly record struct FcmAnswer(Outcome Outcome, bool RefusesAccess)
{
    /// <summary>The number of bytes read of a body. Documented answers are far shorter; longer ones are cut off.</summary>
    private const int MaxBytes = 8 * 1024;

    public static async ValueTask<FcmAnswer> ReadAsync(
        HttpResponseMessage response,
        bool isDevice,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        byte[] bytes = [];
        try
        {
            var length = 0;
            // The status alone decides the outcome, so a body that breaks off is not an error: an accepted message must not be
            // sent again only because its id is missing.
            try
            {
                var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                // The empty read waits for the first byte, so that memory is rented only once there is something to read and not
                // while hundreds of calls wait for their answers.
                await stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
                bytes = ArrayPool<byte>.Shared.Rent(MaxBytes);
                length = await stream
                    .ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception exception)
                when (exception is IOException or HttpRequestException
                    || (response.IsSuccessStatusCode && exception is OperationCanceledException)
                ) { }

            return response.IsSuccessStatusCode
                ? new FcmAnswer(Outcome.Sent(ParseName(bytes.AsSpan(0, length))), RefusesAccess: false)
                : CreateRefusal(response, FcmError.Parse(bytes.AsMemory(0, length)), isDevice, time);
        }
        finally
        {
            if (bytes.Length > 0)
                ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static FcmAnswer CreateRefusal(HttpResponseMessage response, FcmError error, bool isDevice, TimeProvider time) =>
        new(
            FcmOutcomes.Create(response.StatusCode, error, HttpFailures.RetryAfter(response, time), isDevice),
            FcmOutcomes.RefusesAccess(response.StatusCode, error)
        );

    /// <summary>
    /// Parses the message's name, <c>projects/{project}/messages/{id}</c>. Returns null if the body has an undocumented form.
    /// </summary>
    private static string? ParseName(ReadOnlySpan<byte> body)
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
