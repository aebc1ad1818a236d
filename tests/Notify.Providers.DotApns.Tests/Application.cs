using System.Security.Cryptography;
using dotAPNS;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.Providers.Http;
using Notify.TestSupport;

namespace Notify.Providers.DotApns.Tests;

/// <summary>An application that sends through a dotAPNS client, whose calls are redirected to a test server.</summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly FakeLoggerProvider _log = new();

    public Application(Uri vendor, Action<DotApnsOptions>? configure = null, Action<IServiceCollection>? configureServices = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log);
        builder
            .Services.AddNotifications()
            .UseInMemory()
            .AddDotApns(options =>
            {
                options.CreateClient = http => ApnsClient.CreateUsingJwt(http, CreateJwtOptions());
                configure?.Invoke(options);
            });
        builder.Services.AddHttpClient("Notify.dotapns").AddHttpMessageHandler(() => new Redirection(vendor));
        configureServices?.Invoke(builder.Services);
        _host = builder.Build();
    }

    public IReadOnlyList<string> Logs => _log.ReadLines();

    public IDeliveryProvider Provider => _host.Services.GetRequiredService<IDeliveryProvider>();

    // dotAPNS does not accept a key whose private value begins with a zero byte, which is one key in 256.
    private static ApnsJwtOptions CreateJwtOptions()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        while (key.ExportParameters(includePrivateParameters: true).D![0] == 0)
            key.GenerateKey(ECCurve.NamedCurves.nistP256);
        return new ApnsJwtOptions
        {
            CertContent = key.ExportPkcs8PrivateKeyPem(),
            KeyId = "ABC123DEFG",
            TeamId = "DEF123GHIJ",
            BundleId = "org.example.shop",
        };
    }

    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Redirection(Uri vendor) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("x-asked-host", request.RequestUri!.Host);
            request.RequestUri = new Uri(vendor, request.RequestUri.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
