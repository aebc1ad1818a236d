using System.Net.Http.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Acme;

/// <summary>Makes one attempt per call. The engine does retries, timeouts, circuit breaking, rate limits and failover.</summary>
internal sealed class AcmeProvider(string name, AcmeOptions options, HttpClient client, TimeProvider time) : IDeliveryProvider
{
    public string Name => name;

    public Channel Channel => AcmeOptions.Channel;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Server);
        request.Headers.Authorization = new("Bearer", options.Token);
        request.Content = JsonContent.Create(AcmeMessage.FromDelivery(delivery), AcmeJson.Default.AcmeMessage);
        try
        {
            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            // Map the error codes of the vendor here, if it has any: see Outcome.
            return HttpOutcomes.Create(response, time);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            return HttpFailures.CreateVendorOutcome(request, exception);
        }
    }
}
