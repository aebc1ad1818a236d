using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Google.Apis.Util;

namespace Notify.Providers.Fcm;

/// <summary>Creates Google credentials that use the provider's connections and clock.</summary>
internal static class FcmCredentials
{
    /// <summary>The OAuth scope of the service (Firebase, "Authorize send requests").</summary>
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";

    public static GoogleCredential FromServiceAccount(
        ServiceAccountCredential account,
        HttpMessageHandler handler,
        TimeProvider time
    )
    {
        var initializer = new ServiceAccountCredential.Initializer(account.Id, account.TokenServerUrl)
        {
            Key = account.Key,
            KeyId = account.KeyId,
            Scopes = [Scope],
            HttpClientFactory = new SharedConnections(handler),
            Clock = new Clock(time),
            // The engine decides when to retry. Retries inside the library would hold up attempts without a trace in their
            // history.
            DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
        };
        return GoogleCredential.FromServiceAccountCredential(new ServiceAccountCredential(initializer));
    }

    public static async Task<GoogleCredential> LoadDefaultAsync(HttpMessageHandler handler, CancellationToken cancellationToken)
    {
        var credential = await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false);
        return credential.CreateScoped(Scope).CreateWithHttpClientFactory(new SharedConnections(handler));
    }

    private sealed class SharedConnections(HttpMessageHandler handler) : Google.Apis.Http.IHttpClientFactory
    {
        public ConfigurableHttpClient CreateHttpClient(CreateHttpClientArgs args)
        {
            var client = new ConfigurableHttpClient(new ConfigurableMessageHandler(handler));
            foreach (var initializer in args.Initializers)
                initializer.Initialize(client);
            return client;
        }
    }

    private sealed class Clock(TimeProvider time) : IClock
    {
        public DateTime Now => time.GetLocalNow().DateTime;

        public DateTime UtcNow => time.GetUtcNow().UtcDateTime;
    }
}
