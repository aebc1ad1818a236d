using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Notify.Host.Telemetry;

/// <summary>
/// Exports metrics for Prometheus at <c>/metrics</c>. If <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector, also exports
/// traces, metrics and logs by OTLP. The other standard <c>OTEL_*</c> variables configure the export.
/// </summary>
internal static class TelemetryExport
{
    /// <summary>The resource attribute with the roles of the process. Prometheus shows it in <c>target_info</c>.</summary>
    private const string RolesAttribute = "notify.roles";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetryExport(this WebApplicationBuilder builder, Roles roles)
    {
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService("notify").AddAttributes([new(RolesAttribute, roles.Names)]).AddEnvironmentVariableDetector()
            )
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(NotifyTelemetry.Name)
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation()
                    .HideRecipients()
                    .AddPrometheusExporter()
            );
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]))
            return;

        telemetry
            .WithTracing(tracing =>
                tracing
                    .AddSource(NotifyTelemetry.Name, "Npgsql")
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddProcessor(new SpanFilter())
            )
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
            .UseOtlpExporter();
    }

    /// <summary>
    /// Maps <c>/metrics</c> as a part of the API. It requires an API key like every other endpoint, except on the management
    /// port.
    /// </summary>
    public static void MapMetrics(this RouteGroupBuilder group, WebApplication app)
    {
        var scrape = ((IApplicationBuilder)app).New().UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
        // The cast to Delegate matters: the group's endpoint filters, which check the API key, do not run for a RequestDelegate.
        group
            .MapMethods("/metrics", ["GET", "HEAD"], (Delegate)((HttpContext context) => scrape(context)))
            .ServeAtManagementPort();
    }

    /// <summary>
    /// Removes the servers that HTTP clients call from the metrics. The host of a webhook is part of a recipient's address, and
    /// each recipient would add a time series.
    /// </summary>
    private static MeterProviderBuilder HideRecipients(this MeterProviderBuilder metrics) =>
        metrics.AddView(
            "http.client.*",
            new MetricStreamConfiguration
            {
                TagKeys = ["http.request.method", "http.response.status_code", "error.type", "network.protocol.version"],
            }
        );
}
