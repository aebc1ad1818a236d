using System.Globalization;
using System.Net;
using Notify.Hosting;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Notify.Host.Gateway;

/// <summary>
/// Creates YARP's clusters: one per forwarded feature, and one more for streams of lines in both directions if the processes
/// accept HTTP/2 without TLS on a port of their own. Each cluster has one route, which has the same name.
/// </summary>
internal static class GatewayClusters
{
    /// <summary>Gets the name of the cluster of a feature.</summary>
    public static string GetName(ApiFeatures feature, bool isLineStream) => isLineStream ? $"{feature}-lines" : $"{feature}";

    /// <summary>Creates the routes and the clusters.</summary>
    public static (RouteConfig[] Routes, ClusterConfig[] Clusters) Create(GatewaySettings settings)
    {
        ClusterConfig[] clusters =
        [
            .. settings.Addresses.Select(known => Create(settings, known.Key, known.Value, isLineStream: false)),
            .. settings
                .Addresses.Where(known => known.Value.All(settings.AcceptsHttp2))
                .Select(known => Create(settings, known.Key, known.Value, isLineStream: true)),
        ];
        // YARP requires a path, but nothing is routed by it: the endpoints of the API choose the route.
        return (
            [
                .. clusters.Select(cluster => new RouteConfig
                {
                    RouteId = cluster.ClusterId,
                    ClusterId = cluster.ClusterId,
                    Match = new RouteMatch { Path = "/{**any}" },
                }),
            ],
            clusters
        );
    }

    private static ClusterConfig Create(GatewaySettings settings, ApiFeatures feature, Uri[] addresses, bool isLineStream) =>
        new()
        {
            ClusterId = GetName(feature, isLineStream),
            LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
            Destinations = addresses
                .Select((address, index) => (Name: index.ToString(CultureInfo.InvariantCulture), Address: address))
                .ToDictionary(known => known.Name, known => Create(settings, known.Address, isLineStream)),
            HealthCheck = CreateHealthCheck(settings),
            Metadata = new Dictionary<string, string>
            {
                // Readiness is meant for this decision, so one refusal suffices.
                [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = "1",
            },
            HttpRequest = new ForwarderRequestConfig
            {
                ActivityTimeout = settings.IdleTimeout,
                AllowResponseBuffering = false,
                Version = isLineStream ? HttpVersion.Version20 : null,
                VersionPolicy = isLineStream ? HttpVersionPolicy.RequestVersionExact : null,
            },
        };

    private static DestinationConfig Create(GatewaySettings settings, Uri address, bool isLineStream)
    {
        var isClear = isLineStream && address.Scheme == Uri.UriSchemeHttp;
        return new DestinationConfig
        {
            Address = WithPort(address, isClear ? settings.Http2Port : null),
            Health = settings.HealthPort is { } port ? WithPort(address, port) : null,
        };
    }

    private static string WithPort(Uri address, int? port) =>
        new UriBuilder(address) { Port = port ?? address.Port }.Uri.ToString();

    private static HealthCheckConfig CreateHealthCheck(GatewaySettings settings) =>
        new()
        {
            // When all processes seem to have failed, trying them is better than failing every call.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Interval = settings.HealthInterval,
                Timeout = settings.HealthInterval,
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                Path = "/health/ready",
            },
            Passive = new PassiveHealthCheckConfig
            {
                Enabled = true,
                Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate,
                ReactivationPeriod = settings.HealthInterval,
            },
        };
}
