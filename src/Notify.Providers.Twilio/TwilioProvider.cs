using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Notify.Providers.Http;

namespace Notify.Providers.Twilio;

/// <summary>Sends SMS by creating messages through Twilio's REST API, version 2010-04-01.</summary>
internal sealed class TwilioProvider(
    string name,
    HttpClient client,
    TwilioOptions options,
    TimeProvider time,
    ILogger<TwilioProvider> logger
) : ITimedDeliveryProvider, ICheckedProvider
{
    /// <summary>
    /// The maximum size of an answer. It repeats the text, whose 1,600 characters can each take twelve bytes of JSON.
    /// </summary>
    private const int MaxAnswerBytes = 32 * 1024;

    private readonly PacedHttpClient _client = new(client);
    private readonly TwilioRequests _requests = new(options, time);

    public string Name => name;

    public Channel Channel => Channel.Sms;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken)
    {
        if (TwilioOutcomes.FindRefusal(delivery.Content) is { } refusal)
            return refusal;
        if (delivery.Content.Sms?.From is { } from && !options.AllowedFrom.Contains(from))
            return Outcome.Rejected("the options of the provider do not allow the sender of the message");

        using var request = _requests.Create(delivery);
        try
        {
            using var response = await _client.SendAsync(request, timer, cancellationToken).ConfigureAwait(false);
            if (!TwilioOutcomes.IsCreated(response))
            {
                var error = await ReadAsync(response, TwilioJson.Default.TwilioError, cancellationToken).ConfigureAwait(false);
                return TwilioOutcomes.FromError(response, error, time);
            }

            var message = await ReadAsync(response, TwilioJson.Default.TwilioMessage, cancellationToken).ConfigureAwait(false);
            if (message is null)
                Log.AnswerUnreadable(logger, Name, delivery.Id);
            return TwilioOutcomes.FromMessage(message, EstimateCost(message, delivery.Content.Body!));
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            return HttpFailures.CreateVendorOutcome(request, exception);
        }
    }

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var request = _requests.CreateCheck();
        // Only the status matters. The body would have a message.
        using var response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        return (int)response.StatusCode switch
        {
            < 400 => CheckResult.Ok("Twilio accepts the credentials."),
            401 or 403 => CheckResult.Failed(
                $"Twilio refuses the credentials ({(int)response.StatusCode}).",
                "Check AccountSid with AuthToken, or ApiKeySid with ApiKeySecret, in the console of Twilio."
            ),
            404 => CheckResult.Failed("Twilio does not know the account.", "Check AccountSid and BaseAddress."),
            var status => CheckResult.Warning($"Twilio answered {status}.", "Look at the status page of Twilio, and try again."),
        };
    }

    private Cost EstimateCost(TwilioMessage? message, string body)
    {
        // With a messaging service, the count is 0 until Twilio has chosen a sender.
        var segments = message?.NumSegments is > 0 and var counted ? counted : SmsSegments.Count(body);
        return message is { Price: { } price, PriceUnit: { } unit }
            ? new Cost(segments, Math.Abs(price), unit)
            : new Cost(segments, segments * options.PricePerSegment, options.Currency);
    }

    /// <summary>Reads the body. Returns null if it is incomplete or does not have the documented form.</summary>
    private static async ValueTask<T?> ReadAsync<T>(
        HttpResponseMessage response,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : class
    {
        byte[] bytes = [];
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            // The empty read waits for the first byte, so that memory is rented only once there is something to read and not
            // while hundreds of calls wait for their answers.
            await body.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            bytes = ArrayPool<byte>.Shared.Rent(MaxAnswerBytes);
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return JsonSerializer.Deserialize(bytes.AsSpan(0, length), type);
        }
        catch (Exception exception) when (exception is JsonException or IOException or HttpRequestException)
        {
            return null;
        }
        finally
        {
            if (bytes.Length > 0)
                ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
