using System.Net.Security;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Notify.Providers.Http;

namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>Creates HTTP clients for the SDK whose calls are redirected to a test server.</summary>
/// <param name="vendor">The address of the test server.</param>
/// <param name="sdkRetries">Whether the SDK retries by itself.</param>
/// <param name="trust">The TLS options, or null for the default.</param>
internal sealed class VendorClientFactory(Uri vendor, bool sdkRetries, SslClientAuthenticationOptions? trust = null)
    : HttpClientFactory
{
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args)
    {
        // The SDK retries for several seconds when the vendor is down. Only the test of these retries keeps them.
        foreach (var initializer in args.Initializers.Where(item => !sdkRetries && item is not GoogleCredential).ToArray())
            args.Initializers.Remove(initializer);
        var connections = new SocketsHttpHandler();
        if (trust is not null)
            connections.SslOptions = trust;
        return new Redirection(vendor) { InnerHandler = connections };
    }

    private sealed class Redirection(Uri vendor) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(vendor, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
