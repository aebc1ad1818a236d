using System.Net.Http.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Ntfy;

internal sealed class NtfyProvider(string name, NtfyOptions options, HttpClient client, TimeProvider time) : IDeliveryProvider
{
    public string Name => name;
    public Channel Channel => NtfyOptions.Channel;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Server);
        request.Headers.Authorization = options.AccessToken is { } token ? new("Bearer", token) : null;
        request.Content = JsonContent.Create(NtfyMessage.FromDelivery(delivery), NtfyJson.Default.NtfyMessage);
        try
        {
            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            return HttpOutcomes.Create(response, time);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            return HttpFailures.CreateVendorOutcome(request, exception);
        }
    }
}
