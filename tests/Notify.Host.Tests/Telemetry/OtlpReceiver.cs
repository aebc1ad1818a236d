using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Notify.TestSupport;

namespace Notify.Host.Tests.Telemetry;

/// <summary>A span as it was received.</summary>
internal sealed record Span(string Service, string Source, string Name, string Trace, string Id, string Parent);

/// <summary>
/// Receives telemetry in the OpenTelemetry protocol: over gRPC at one address and over plain HTTP at another.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    // In gRPC, a compression flag (1 byte) and the length (4 bytes) precede each message.
    private const int GrpcPrefix = 5;

    private readonly WebApplication _application;
    private readonly ConcurrentQueue<(string Signal, ByteString Body)> _received = new();

    private OtlpReceiver(int grpcPort, int httpPort)
    {
        (GrpcAddress, HttpAddress) = ($"http://127.0.0.1:{grpcPort}", $"http://127.0.0.1:{httpPort}");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, grpcPort, listen => listen.Protocols = HttpProtocols.Http2);
                kestrel.Listen(IPAddress.Loopback, httpPort, listen => listen.Protocols = HttpProtocols.Http1);
            });
        _application = builder.Build();
        _application.Run(ReceiveAsync);
    }

    public string GrpcAddress { get; }

    public string HttpAddress { get; }

    public IReadOnlyList<Span> Spans =>
        [
            .. from request in Requests("trace")
            from resource in request.At(1)
            from scope in resource.At(2)
            from span in scope.At(2)
            let source = scope.At(1).Single().Text(1)
            select new Span(GetService(resource), source, span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4)),
        ];

    /// <summary>Returns the names of the metrics of a service.</summary>
    public IEnumerable<string> GetMetrics(string service) =>
        from request in Requests("metrics")
        from resource in request.At(1)
        where GetService(resource) == service
        from metric in resource.At(2, 2)
        select metric.Text(1);

    /// <summary>Returns the bodies of the log records of a service.</summary>
    public IEnumerable<string> GetLogs(string service) =>
        from request in Requests("logs")
        from resource in request.At(1)
        where GetService(resource) == service
        from body in resource.At(2, 2, 5)
        select body.Text(1);

    /// <summary>
    /// Everything that was received, as text. Protobuf encodes strings as plain UTF-8, so they can be searched for.
    /// </summary>
    public string Everything => string.Join('\n', _received.Select(received => received.Body.ToString(Encoding.Latin1)));

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver(FreePort.Next(), FreePort.Next());
        await receiver._application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static string GetService(ProtobufMessage resource) =>
        resource.At(1, 1).Single(attribute => attribute.Text(1) == "service.name").At(2).Single().Text(1);

    private IEnumerable<ProtobufMessage> Requests(string signal) =>
        _received.Where(received => received.Signal == signal).Select(received => new ProtobufMessage(received.Body));

    private async Task ReceiveAsync(HttpContext context)
    {
        var body = await ByteString.FromStreamAsync(context.Request.Body);
        var path = context.Request.Path.Value!;
        var isGrpc = context.Request.ContentType == "application/grpc";
        var signal = new[] { "trace", "metrics", "logs" }.Single(signal => path.Contains(signal, StringComparison.Ordinal));
        _received.Enqueue((signal, isGrpc ? ByteString.CopyFrom(body.Span[GrpcPrefix..]) : body));

        context.Response.ContentType = context.Request.ContentType;
        if (isGrpc)
        {
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[GrpcPrefix]);
        }
    }
}
