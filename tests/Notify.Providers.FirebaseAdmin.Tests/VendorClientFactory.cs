using System.Net.Security;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;

namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>Makes the SDK's HTTP clients, whose calls end at a vendor of the test.</summary>
/// <param name="vendor">Where they end.</param>
/// <param name="sdkRepeats">Whether the SDK repeats by itself.</param>
/// <param name="trust">Whom they trust.</param>
internal sealed class VendorClientFactory(Uri vendor, bool sdkRepeats, SslClientAuthenticationOptions? trust = null)
    : HttpClientFactory
{
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args)
    {
        // The SDK's patience with a vendor that is down is seconds, which only the test that is about it has.
        foreach (var initializer in args.Initializers.Where(item => !sdkRepeats && item is not GoogleCredential).ToArray())
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
