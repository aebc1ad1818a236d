using Notify.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Notify.Host.Telemetry;

/// <summary>
/// Exports metrics for Prometheus at <c>/metrics</c>, and traces, metrics and logs by OTLP as soon as
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector; the other standard <c>OTEL_*</c> variables configure how.
/// </summary>
internal static class TelemetryExport
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetryExport(this WebApplicationBuilder builder)
    {
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("notify").AddEnvironmentVariableDetector())
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
    /// Maps <c>/metrics</c> into the API: it needs the key like every other endpoint, except at the management port.
    /// </summary>
    public static void MapMetrics(this RouteGroupBuilder group, WebApplication app)
    {
        var scrape = ((IApplicationBuilder)app).New().UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
        // A Delegate and not a RequestDelegate: the group's filters, which ask for the key, hold only for the first.
        group
            .MapMethods("/metrics", ["GET", "HEAD"], (Delegate)((HttpContext context) => scrape(context)))
            .ServeAtManagementPort();
    }

    /// <summary>
    /// Leaves out the servers that HTTP clients call: a webhook's host is part of its recipient's address, and every recipient
    /// would be a series.
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
