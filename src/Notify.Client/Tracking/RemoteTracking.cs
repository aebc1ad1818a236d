using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Tracking;

/// <summary>The settings of a service for the tracking of opens and clicks.</summary>
internal sealed class RemoteTracking(ServiceCalls service) : ITracking
{
    private const string Path = "v1/tracking";

    public async ValueTask<TrackingSettings> FindAsync(string tenant, CancellationToken cancellationToken = default) =>
        await service
            .CallAsync(ServiceRequest.Get(Path, tenant), TrackingJson.Default.TrackingSettings, cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask SaveAsync(string tenant, TrackingSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var request = ServiceRequest.Put(Path, tenant).With(settings, TrackingJson.Default.TrackingSettings).Repeat();
        await service.CallAsync(request, cancellationToken).ConfigureAwait(false);
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(TrackingSettings settings) => [];

    public ValueTask<FollowedLink?> FollowAsync(string token, bool isCounted, CancellationToken cancellationToken = default) =>
        throw Remote.CreateNotSupported("The links in messages lead to the service itself.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrackingSettings))]
internal sealed partial class TrackingJson : JsonSerializerContext;
