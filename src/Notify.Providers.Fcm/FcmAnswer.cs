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
        HttpResponseMessage response,
        bool isDevice,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using var body = new Body();
        await body.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? new FcmAnswer(Outcome.Accepted(NameOf(body.Read.Span)), RefusesAccess: false)
            : Refusal(response, FcmError.Parse(body.Read), isDevice, time);
    }

    private static FcmAnswer Refusal(HttpResponseMessage response, FcmError error, bool isDevice, TimeProvider time) =>
        new(
            FcmOutcomes.Of(response.StatusCode, error, HttpFailures.RetryAfter(response, time), isDevice),
            FcmOutcomes.RefusesAccess(response.StatusCode, error)
        );

    /// <summary>
    /// The message's name, <c>projects/{project}/messages/{id}</c>; null when the body is none of the documented ones.
    /// </summary>
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

    /// <summary>
    /// What arrived of a body. Memory is rented when something is there to be read, not while hundreds of calls wait for it.
    /// </summary>
    private sealed class Body : IDisposable
    {
        private byte[] _bytes = [];
        private int _length;

        public ReadOnlyMemory<byte> Read => _bytes.AsMemory(0, _length);

        // The status has said what matters. When the rest does not arrive, a message that was taken over must not be sent again
        // for want of its id.
        public async ValueTask ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
        {
            try
            {
                var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
                _bytes = ArrayPool<byte>.Shared.Rent(MaxBytes);
                _length = await stream
                    .ReadAtLeastAsync(_bytes, _bytes.Length, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception exception)
                when (exception is IOException or HttpRequestException
                    || (response.IsSuccessStatusCode && exception is OperationCanceledException)
                ) { }
        }

        public void Dispose()
        {
            if (_bytes.Length > 0)
                ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
