using Notify.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Notify.Host.Telemetry;

/// <summary>
/// Exports traces, metrics and logs by OTLP as soon as <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; the other standard
/// <c>OTEL_*</c> variables say how.
/// </summary>
internal static class TelemetryExport
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetryExport(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]))
            return;

        // The host's first service, so that nothing that the others do goes untold.
        builder.Services.AddHostedService<TelemetryStart>();
        new TelemetryBuilder(builder.Services)
            .ConfigureResource(resource => resource.AddService("notify").AddEnvironmentVariableDetector())
            .WithTracing(tracing =>
                tracing.AddSource("Microsoft.AspNetCore", NotifyTelemetry.Name, "Npgsql").AddProcessor(new SpanFilter())
            )
            .WithMetrics(metrics => metrics.AddMeter("Microsoft.AspNetCore.Hosting", NotifyTelemetry.Name, "System.Runtime"))
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
            .UseOtlpExporter();
    }

    private sealed record TelemetryBuilder(IServiceCollection Services) : IOpenTelemetryBuilder;

    /// <summary>Nobody asks for the providers, so they are made here; the container disposes of them, and they flush.</summary>
    private sealed class TelemetryStart(TracerProvider tracing, MeterProvider metrics) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            GC.KeepAlive((tracing, metrics));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
