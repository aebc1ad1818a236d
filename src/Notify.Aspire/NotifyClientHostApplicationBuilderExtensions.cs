using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Notify;
using Notify.Aspire;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers the client of a Notify service in an application of Aspire.</summary>
public static class NotifyClientHostApplicationBuilderExtensions
{
    private const string Section = "Aspire:Notify:Client";

    /// <summary>
    /// Registers an <see cref="INotifier"/> that calls the service, with a health check, and records its traces and metrics. The
    /// application host passes the address and the key as the connection string of the reference.
    /// </summary>
    /// <param name="builder">The builder of the application.</param>
    /// <param name="connectionName">The name of the resource in the application host.</param>
    /// <param name="configure">Changes the settings after they were read from the configuration.</param>
    /// <returns>The builder of the HTTP client, to configure its handlers.</returns>
    public static IHttpClientBuilder AddNotifyClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NotifyClientSettings>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = ReadSettings(builder.Configuration, connectionName);
        configure?.Invoke(settings);

        builder.Services.AddServiceDiscovery();
        if (!settings.DisableHealthChecks)
            AddHealthCheck(builder.Services, connectionName);
        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(NotifyTelemetry.Name));
        if (!settings.DisableMetrics)
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(NotifyTelemetry.Name));
        return builder
            .Services.AddNotifyClient(options => (options.Address, options.ApiKey) = (settings.Endpoint, settings.Key))
            .AddServiceDiscovery();
    }

    private static NotifyClientSettings ReadSettings(IConfiguration configuration, string name)
    {
        var settings = new NotifyClientSettings { Endpoint = new Uri($"http://{name}") };
        if (configuration.GetConnectionString(name) is { Length: > 0 } connectionString)
            settings.Read(connectionString, name);
        configuration.GetSection(Section).Bind(settings);
        configuration.GetSection($"{Section}:{name}").Bind(settings);
        return settings;
    }

    private static void AddHealthCheck(IServiceCollection services, string name)
    {
        services.AddHttpClient(NotifyHealthCheck.ClientName).AddServiceDiscovery();
        services
            .AddHealthChecks()
            .Add(
                new HealthCheckRegistration(
                    $"notify-{name}",
                    provider => ActivatorUtilities.CreateInstance<NotifyHealthCheck>(provider),
                    HealthStatus.Unhealthy,
                    ["notify"]
                )
            );
    }
}
