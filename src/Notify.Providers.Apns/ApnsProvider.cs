using Microsoft.Extensions.Logging;
using Notify.Providers.Http;

namespace Notify.Providers.Apns;

/// <summary>
/// Sends push notifications to Apple devices. If <paramref name="tokens"/> is null, the client certificate of the connection
/// authenticates the provider.
/// </summary>
internal sealed class ApnsProvider(
    string name,
    HttpClient client,
    Destinations destinations,
    ProviderTokens? tokens,
    TimeProvider time,
    ILogger<ApnsProvider> logger
) : ITimedDeliveryProvider, ICheckedProvider, IDisposable
{
    private readonly PacedHttpClient _client = new(client);

    public string Name => name;

    public Channel Channel => Channel.Push;

    // The current token is available at once except when it is renewed, every 40 minutes. The common path therefore awaits only
    // the request.
    public ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken)
    {
        if (tokens is null)
            return PostAsync(delivery, token: null, isRepetition: false, timer, cancellationToken);

        var token = tokens.GetAsync(cancellationToken);
        return token.IsCompletedSuccessfully
            ? PostAsync(delivery, token.Result, isRepetition: false, timer, cancellationToken)
            : AwaitTokenAndPostAsync(token, delivery, timer, cancellationToken);
    }

    /// <summary>Sends to a token that no device has: Apple checks the credentials before the token.</summary>
    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var request = ApnsRequest.CreateCheck(destinations.Get(app: null));
        if (tokens is not null)
        {
            var token = await tokens.GetAsync(cancellationToken).ConfigureAwait(false);
            request.Headers.TryAddWithoutValidation("authorization", token.Authorization);
        }

        using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var error = await ApnsError.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        return (int)response.StatusCode switch
        {
            < 500 and not (401 or 403) when error.Reason is not "TopicDisallowed" => CheckResult.Ok(
                "Apple accepts the credentials."
            ),
            < 500 => CheckResult.Failed(
                $"Apple refuses the credentials: {error.Reason ?? $"status {(int)response.StatusCode}"}.",
                "Check KeyId, TeamId, the key or the certificate, BundleId and Environment of the provider."
            ),
            var status => CheckResult.Warning($"Apple answered {status}.", "Look at Apple's system status, and try again."),
        };
    }

    public void Dispose() => tokens?.Dispose();

    private async ValueTask<Outcome> AwaitTokenAndPostAsync(
        ValueTask<ProviderToken> token,
        Delivery delivery,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        ProviderToken current;
        try
        {
            current = await token.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return ApnsOutcomes.NoToken;
        }

        return await PostAsync(delivery, current, isRepetition: false, timer, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Outcome> PostAsync(
        Delivery delivery,
        ProviderToken? token,
        bool isRepetition,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        var apnsId = delivery.Id.ToString();
        using var request = ApnsRequest.Create(delivery, apnsId, destinations.Get(delivery.To.App), out var refusal);
        if (request is null)
            return refusal!;

        if (token is not null)
            request.Headers.TryAddWithoutValidation("authorization", token.Authorization);
        try
        {
            using var response = await _client.SendAsync(request, timer, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? Outcome.Sent(apnsId)
                : await HandleRefusalAsync(response, delivery, token, isRepetition, timer, cancellationToken)
                    .ConfigureAwait(false);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            return ApnsOutcomes.Create(request, exception);
        }
    }

    private async ValueTask<Outcome> HandleRefusalAsync(
        HttpResponseMessage response,
        Delivery delivery,
        ProviderToken? token,
        bool isRepetition,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        var error = await ApnsError.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        if (error.Reason == ApnsOutcomes.ExpiredProviderToken && token is not null && !isRepetition)
        {
            if (await tokens!.ReplaceAsync(token, cancellationToken).ConfigureAwait(false) is { } fresh)
                return await PostAsync(delivery, fresh, isRepetition: true, timer, cancellationToken).ConfigureAwait(false);
            Log.TokensExpired(logger, Name);
        }

        return ApnsOutcomes.Create(response.StatusCode, error, HttpFailures.RetryAfter(response, time));
    }
}
