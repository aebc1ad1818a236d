using Microsoft.Extensions.Logging;

namespace Notify.Providers.Http;

/// <summary>
/// Turns failed requests to endpoints that users name, by a webhook's URL or a push subscription's endpoint, into outcomes, and
/// logs what the outcomes must not reveal to users.
/// </summary>
public sealed class EndpointFailures
{
    private readonly string _provider;
    private readonly bool _allowsPrivateNetworks;
    private readonly Outcome _notPublic;
    private readonly ILogger _logger;

    /// <summary>Creates the mapping of one provider.</summary>
    /// <param name="provider">The name of the provider.</param>
    /// <param name="allowsPrivateNetworks">
    /// Whether the provider calls endpoints in private networks. They belong to the operator, so an outcome may tell the cause of
    /// a failure.
    /// </param>
    /// <param name="notPublic">The outcome for an endpoint whose address is not on the public internet.</param>
    /// <param name="logger">The logger of the provider.</param>
    public EndpointFailures(string provider, bool allowsPrivateNetworks, Outcome notPublic, ILogger logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(provider);
        ArgumentNullException.ThrowIfNull(notPublic);
        ArgumentNullException.ThrowIfNull(logger);
        _provider = provider;
        _allowsPrivateNetworks = allowsPrivateNetworks;
        _notPublic = notPublic;
        _logger = logger;
    }

    /// <summary>
    /// Creates the outcome of a request for which <see cref="HttpFailures.HasOutcome"/> is true, and logs the cause if the
    /// outcome does not contain it.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="deliveryId">The ID of the delivery.</param>
    /// <param name="exception">The failure.</param>
    public Outcome CreateOutcome(HttpRequestMessage request, Guid deliveryId, Exception exception)
    {
        if (PublicInternetConnections.IsRefusedAddress(exception))
        {
            Log.TargetRefused(_logger, _provider, deliveryId);
            return _notPublic;
        }

        if (_allowsPrivateNetworks)
            return HttpFailures.CreateEndpointOutcome(request, exception);

        var outcome = PublicInternetConnections.CreateOutcome(request, exception, out var detail);
        if (detail is not null)
            Log.ConnectionFailed(_logger, _provider, deliveryId, detail);
        return outcome;
    }
}
