using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Notify.Load.Wire;

/// <summary>Kestrel with TLS, in place of a vendor. It reads each request to its end and always gives the same answer.</summary>
internal sealed class HttpSink : ISink
{
    private readonly WireVendor _vendor;
    private readonly TimeSpan _latency;
    private readonly X509Certificate2 _certificate = CreateCertificate();
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, SinkAnswer> _answers = new(StringComparer.Ordinal);
    private long _messages;
    private long _bytes;

    private HttpSink(WireVendor vendor, TimeSpan latency)
    {
        (_vendor, _latency) = (vendor, latency);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    public int Port { get; private set; }

    /// <summary>The self-signed certificate of the sink.</summary>
    public string Certificate => Convert.ToBase64String(_certificate.RawData);

    public Taken Taken => new(Volatile.Read(ref _messages), Volatile.Read(ref _bytes));

    public static async Task<HttpSink> StartAsync(WireVendor vendor, TimeSpan latency)
    {
        var sink = new HttpSink(vendor, latency);
        await sink._application.StartAsync();
        var addresses = sink._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        sink.Port = new Uri(addresses.Addresses.Single()).Port;
        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.MaxStreamsPerConnection = _vendor.MaxStreams;
        kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(_certificate);
        });
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var length = await ReadAsync(context.Request.BodyReader);
        if (_latency > TimeSpan.Zero)
            await Task.Delay(_latency);

        var answer = _answers.GetOrAdd(context.Request.Path.Value!, _vendor.AnswerAt);
        if (answer.IsMessage)
        {
            Interlocked.Increment(ref _messages);
            Interlocked.Add(ref _bytes, length);
        }

        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentLength = answer.Body.Length;
        if (answer.Header is { } header)
            response.Headers[header.Name] = header.Value;
        if (answer.Body.IsEmpty)
            return;
        response.ContentType = "application/json; charset=UTF-8";
        await response.Body.WriteAsync(answer.Body);
    }

    private static async ValueTask<long> ReadAsync(PipeReader body)
    {
        long length = 0;
        while (true)
        {
            var read = await body.ReadAsync();
            length += read.Buffer.Length;
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return length;
        }
    }
}
