using System.Net;

namespace Notify.Client.Outbox;

/// <summary>
/// Notes whether any try of a request may have arrived at the service without an answer that tells its effect. It sees every try,
/// because it is within the handler that repeats them.
/// </summary>
internal sealed class OutboxArrivalHandler : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<bool> Key = new("Notify.Client.Outbox.MayHaveArrived");

    /// <summary>Determines whether the request may have had an effect that is not known.</summary>
    public static bool MayHaveArrived(HttpRequestMessage request) => request.Options.TryGetValue(Key, out var value) && value;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || response.StatusCode >= HttpStatusCode.InternalServerError)
                request.Options.Set(Key, true);
            return response;
        }
        catch (HttpRequestException exception) when (IsUnconnected(exception.HttpRequestError))
        {
            throw;
        }
        catch
        {
            request.Options.Set(Key, true);
            throw;
        }
    }

    private static bool IsUnconnected(HttpRequestError error) =>
        error
            is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.ProxyTunnelError
                or HttpRequestError.SecureConnectionError;
}
