namespace Notify.Hosting.Forwarding;

/// <summary>Endpoint metadata of an endpoint whose calls another process handles.</summary>
internal sealed class ForwardedEndpoint
{
    public static ForwardedEndpoint Instance { get; } = new();
}
