using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Marks the endpoints that the machinery around a process asks, which has no key.</summary>
internal sealed class ManagementEndpoint
{
    public static ManagementEndpoint Instance { get; } = new();

    public static bool Is(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ManagementEndpoint>() is not null;
}
