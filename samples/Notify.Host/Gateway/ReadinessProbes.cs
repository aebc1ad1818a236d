using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Notify.Hosting;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Notify.Host.Gateway;

/// <summary>
/// Creates the requests that ask other processes whether they are ready. At the address of the API they need a key, so they
/// carry the gateway's own.
/// </summary>
internal sealed class ReadinessProbes(IOptions<NotificationsApiOptions> options) : IProbingRequestFactory
{
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
    {
        var hasOwnPort = !string.IsNullOrEmpty(destination.Config.Health);
        var address = new Uri(hasOwnPort ? destination.Config.Health! : destination.Config.Address);
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, cluster.Config.HealthCheck!.Active!.Path));
        if (!hasOwnPort)
        {
            if (cluster.Config.HttpRequest is { Version: { } version, VersionPolicy: { } policy })
                (request.Version, request.VersionPolicy) = (version, policy);
            if (options.Value.ApiKeys.FirstOrDefault() is { } key)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return request;
    }
}
