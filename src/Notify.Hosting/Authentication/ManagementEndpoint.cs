using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Marks endpoints that orchestrators and monitoring systems call without an API key.</summary>
internal sealed class ManagementEndpoint
{
    public static ManagementEndpoint Instance { get; } = new();

    public static bool Is(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ManagementEndpoint>() is not null;
}
