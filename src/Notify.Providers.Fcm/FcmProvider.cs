using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>Sends push messages through the HTTP v1 API of Firebase Cloud Messaging.</summary>
internal sealed class FcmProvider(
    string name,
    Uri endpoint,
    bool validateOnly,
    HttpClient client,
    FcmAccessTokens tokens,
    TimeProvider time,
    ILogger<FcmProvider> logger
) : ITimedDeliveryProvider, ICheckedProvider
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private static readonly byte[] Check =
        """{"validate_only":true,"message":{"topic":"notify-check","data":{"check":"true"}}}"""u8.ToArray();

    private readonly PacedHttpClient _client = new(client);

    public string Name => name;

    public Channel Channel => Channel.Push;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken)
    {
        if (FcmMessage.FindError(delivery.Content) is { } error)
            return Outcome.Rejected(error);

        string? authorization = null;
        try
        {
            authorization = await tokens.GetAsync(cancellationToken).ConfigureAwait(false);
            var answer = await CallAsync(delivery, authorization, timer, cancellationToken).ConfigureAwait(false);
            if (!answer.RefusesAccess)
                return answer.Outcome;

            var refused = authorization;
            authorization = null;
            authorization = await tokens.RenewAsync(refused, cancellationToken).ConfigureAwait(false);
            answer = await CallAsync(delivery, authorization, timer, cancellationToken).ConfigureAwait(false);
            return answer.Outcome;
        }
        catch (FcmAccessException exception)
        {
            Log.NoAccess(logger, name, exception.Message);
            return Outcome.ProviderFailed(exception.Message);
        }
        catch (OperationCanceledException) when (authorization is null)
        {
            // Without a token, either nothing was sent or the service refused what was sent, so a retry cannot duplicate it.
            return Outcome.ProviderFailed("the request for an access token timed out");
        }
    }

    /// <summary>Has Google validate a message to a topic without sending it.</summary>
    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
            request.Headers.TryAddWithoutValidation(
                "Authorization",
                await tokens.GetAsync(cancellationToken).ConfigureAwait(false)
            );
            request.Content = new ReadOnlyMemoryContent(Check) { Headers = { ContentType = Json } };
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return (int)response.StatusCode switch
            {
                < 400 => CheckResult.Ok("Google accepts the credentials for the project."),
                401 or 403 => CheckResult.Failed(
                    $"Google refuses the credentials for the project ({(int)response.StatusCode}).",
                    "Give the service account the role 'Firebase Cloud Messaging API Admin', and enable the API for the project."
                ),
                404 => CheckResult.Failed("Google does not know the project.", "Check ProjectId."),
                var status => CheckResult.Warning(
                    $"Google answered {status}.",
                    "Look at the status page of Firebase, and try again."
                ),
            };
        }
        catch (FcmAccessException exception)
        {
            return CheckResult.Failed(
                $"There is no access token: {exception.Message}.",
                "Check CredentialsFile or CredentialsJson, and that oauth2.googleapis.com can be reached."
            );
        }
    }

    private async ValueTask<FcmAnswer> CallAsync(
        Delivery delivery,
        string authorization,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        using var request = CreateRequest(delivery, authorization);
        try
        {
            using var response = await _client.SendAsync(request, timer, cancellationToken).ConfigureAwait(false);
            return await FcmAnswer
                .ReadAsync(response, FcmRecipient.IsDevice(delivery.To.Value), time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            return new FcmAnswer(HttpFailures.CreateVendorOutcome(request, exception), RefusesAccess: false);
        }
    }

    private HttpRequestMessage CreateRequest(Delivery delivery, string authorization)
    {
        var content = new PooledContent(Json);
        FcmMessage.Write(content, delivery, validateOnly, time.GetUtcNow());
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // Added without validation: a parsed header value would be formatted again for every request, all two kilobytes of it.
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }
}
