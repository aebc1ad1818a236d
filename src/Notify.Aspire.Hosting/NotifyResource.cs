using Aspire.Hosting.ApplicationModel;

namespace Notify.Aspire.Hosting;

/// <summary>The Notify service: a container of the reference host.</summary>
/// <remarks>
/// Its connection string is <c>Endpoint=http://…;Key=…</c>, which <c>AddNotifyClient</c> of <c>Notify.Aspire</c> reads.
/// </remarks>
public sealed class NotifyResource : ContainerResource, IResourceWithConnectionString
{
    internal const string EndpointName = "http";
    internal const string ManagementEndpointName = "management";

    private EndpointReference? _endpoint;

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="name">The name of the resource.</param>
    /// <param name="apiKey">The administrator key.</param>
    public NotifyResource(string name, ParameterResource apiKey)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(apiKey);
        ApiKey = apiKey;
    }

    /// <summary>Gets the administrator key, which calls of the service need.</summary>
    public ParameterResource ApiKey { get; }

    /// <summary>Gets the endpoint of the HTTP API and the dashboard.</summary>
    public EndpointReference Endpoint => _endpoint ??= new EndpointReference(this, EndpointName);

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"Endpoint={Endpoint.Property(EndpointProperty.Url)};Key={ApiKey}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
        [
            new("Uri", ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.Url)}")),
            new("Key", ReferenceExpression.Create($"{ApiKey}")),
        ];
}
