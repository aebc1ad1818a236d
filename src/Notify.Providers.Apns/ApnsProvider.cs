using Microsoft.Extensions.Logging;
using Notify.Delivering;
using Notify.Providers.Http;
using Notify.Queueing;

namespace Notify.Providers.Apns;

/// <summary>Sends to Apple's devices. Without tokens, the client's certificate says who sends.</summary>
internal sealed class ApnsProvider(
    string name,
    HttpClient client,
    Destinations destinations,
    ProviderTokens? tokens,
    TimeProvider time,
    ILogger<ApnsProvider> logger) : IDeliveryProvider, IDisposable
{
    public string Name => name;

    public Channel Channel => Channel.Push;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var token = tokens is null ? null : await tokens.CurrentAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await PostAsync(delivery, token, isRepetition: false, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            return ApnsOutcomes.Of(exception);
        }
    }

    public void Dispose() => tokens?.Dispose();

    private async ValueTask<Outcome> PostAsync(
        Delivery delivery, ProviderToken? token, bool isRepetition, CancellationToken cancellationToken)
    {
        var apnsId = delivery.Id.ToString();
        using var request = ApnsRequest.Create(delivery, apnsId, destinations.Of(delivery.To.App), out var refusal);
        if (request is null)
            return refusal!;

        if (token is not null)
            request.Headers.TryAddWithoutValidation("authorization", token.Authorization);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return Outcome.Accepted(apnsId);

        var error = await ApnsError.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        if (error.Reason == ApnsOutcomes.ExpiredProviderToken && token is not null && !isRepetition)
        {
            if (await tokens!.ReplaceAsync(token, cancellationToken).ConfigureAwait(false) is { } fresh)
                return await PostAsync(delivery, fresh, isRepetition: true, cancellationToken).ConfigureAwait(false);
            Log.TokensExpired(logger, Name);
        }

        return ApnsOutcomes.Of(response.StatusCode, error, HttpFailures.RetryAfter(response, time));
    }
}
