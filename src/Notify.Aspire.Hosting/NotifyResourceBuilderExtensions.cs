using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Notify.Aspire.Hosting;

namespace Aspire.Hosting;

/// <summary>Adds the Notify service to an Aspire application.</summary>
public static class NotifyResourceBuilderExtensions
{
    private const string Image = "notify-host";
    private const string HealthPath = "/health/ready";
    private const string DashboardPath = "/dashboard";
    private const int Port = 8080;
    private const int ManagementPort = 8081;

    /// <summary>
    /// Adds a container of the reference host, with its HTTP API and dashboard. Without a database, it keeps everything in a
    /// SQLite file within the container; reference a PostgreSQL database to keep it elsewhere.
    /// </summary>
    /// <param name="builder">The builder of the application.</param>
    /// <param name="name">The name of the resource, which the projects that use it give to <c>AddNotifyClient</c>.</param>
    /// <param name="apiKey">The administrator key; null for a generated one.</param>
    /// <param name="port">The port on this machine; null for a random one.</param>
    /// <returns>The builder of the resource.</returns>
    /// <remarks>
    /// The image is <c>notify-host</c>, as the repository of Notify builds it. Set another one with <c>WithImage</c> and
    /// <c>WithImageRegistry</c>, or build it with <c>WithDockerfile</c>.
    /// </remarks>
    public static IResourceBuilder<NotifyResource> AddNotify(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        IResourceBuilder<ParameterResource>? apiKey = null,
        int? port = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var key = apiKey?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(
                builder,
                $"{name}-key",
                special: false,
                minLower: 1,
                minUpper: 1,
                minNumeric: 1
            );
        return builder
            .AddResource(new NotifyResource(name, key))
            .WithImage(Image)
            .WithHttpEndpoint(port, Port, NotifyResource.EndpointName)
            .WithUrlForEndpoint(NotifyResource.EndpointName, endpoint => new ResourceUrlAnnotation
            {
                Url = DashboardPath,
                DisplayText = "Dashboard",
                Endpoint = endpoint,
            })
            // Only there, health checks need no key.
            .WithHttpEndpoint(targetPort: ManagementPort, name: NotifyResource.ManagementEndpointName)
            .WithUrlForEndpoint(NotifyResource.ManagementEndpointName, url =>
                url.DisplayLocation = UrlDisplayLocation.DetailsOnly
            )
            .WithHttpHealthCheck(HealthPath, endpointName: NotifyResource.ManagementEndpointName)
            .WithOtlpExporter()
            .WithEnvironment(
                "ASPNETCORE_URLS",
                string.Create(CultureInfo.InvariantCulture, $"http://*:{Port};http://*:{ManagementPort}")
            )
            .WithEnvironment("Notify__ManagementPort", ManagementPort.ToString(CultureInfo.InvariantCulture))
            .WithEnvironment("Notify__ApiKey", key);
    }

    /// <summary>Keeps the data of the service in a PostgreSQL database, and starts the service after it.</summary>
    /// <param name="builder">The builder of the service.</param>
    /// <param name="database">The database.</param>
    public static IResourceBuilder<NotifyResource> WithReference(
        this IResourceBuilder<NotifyResource> builder,
        IResourceBuilder<PostgresDatabaseResource> database
    ) => builder.WithSetting("PostgreSql", database);

    /// <summary>
    /// Shares rates, caches and the live feed of several processes through Redis, and starts the service after it. Requires a
    /// database.
    /// </summary>
    /// <param name="builder">The builder of the service.</param>
    /// <param name="redis">The Redis server.</param>
    public static IResourceBuilder<NotifyResource> WithReference(
        this IResourceBuilder<NotifyResource> builder,
        IResourceBuilder<RedisResource> redis
    ) => builder.WithSetting("Redis", redis);

    /// <summary>
    /// Passes the connection string of any other resource to the setting that the reference host reads, and starts the service
    /// after it: <c>PostgreSql</c>, <c>MongoDb</c>, <c>Redis</c> or <c>Kafka</c>.
    /// </summary>
    /// <param name="builder">The builder of the service.</param>
    /// <param name="setting">The name of the setting below <c>Notify</c>.</param>
    /// <param name="source">The resource.</param>
    public static IResourceBuilder<NotifyResource> WithSetting(
        this IResourceBuilder<NotifyResource> builder,
        string setting,
        IResourceBuilder<IResourceWithConnectionString> source
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(setting);
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithEnvironment(GetVariable(setting), source).WithReferenceRelationship(source).WaitFor(source);
    }

    /// <summary>Sets a setting of the reference host, such as <c>Providers:mail:Type</c>.</summary>
    /// <param name="builder">The builder of the service.</param>
    /// <param name="setting">The name of the setting below <c>Notify</c>.</param>
    /// <param name="value">The value.</param>
    public static IResourceBuilder<NotifyResource> WithSetting(
        this IResourceBuilder<NotifyResource> builder,
        string setting,
        string value
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(setting);
        return builder.WithEnvironment(GetVariable(setting), value);
    }

    /// <summary>Sets a setting of the reference host to a parameter, such as the password of a provider.</summary>
    /// <param name="builder">The builder of the service.</param>
    /// <param name="setting">The name of the setting below <c>Notify</c>.</param>
    /// <param name="value">The parameter.</param>
    public static IResourceBuilder<NotifyResource> WithSetting(
        this IResourceBuilder<NotifyResource> builder,
        string setting,
        IResourceBuilder<ParameterResource> value
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(setting);
        ArgumentNullException.ThrowIfNull(value);
        return builder.WithEnvironment(GetVariable(setting), value);
    }

    private static string GetVariable(string setting) => $"Notify__{setting.Replace(":", "__", StringComparison.Ordinal)}";
}
