using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Notify.FakeGateways.Apns;

/// <summary>A fake of the Apple Push Notification service that follows Apple's documentation and can be told to fail.</summary>
public sealed class ApnsGateway : IAsyncDisposable
{
    public const string KeyId = "FAKEKEY123";
    public const string TeamId = "FAKETEAM45";
    public const string BundleId = "com.example.shop";

    private const int MaxBodyBytes = 64 * 1024;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ApnsGatewaySettings _settings;
    private readonly ApnsTokenCheck _tokens;
    private readonly ConcurrentQueue<ApnsMessage> _messages = new();
    private readonly ConcurrentQueue<ApnsRefusal> _refusals = new();
    private readonly ConcurrentDictionary<string, ApnsRefusal> _refusedDevices = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _apps = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _certificates = new(StringComparer.Ordinal);
    private KestrelServerLimits _limits = null!;
    private GatewayServer _server = null!;
    private long _requests;
    private long _accepted;
    private int _resets;
    private int _inFlight;

    private ApnsGateway(ApnsGatewaySettings settings)
    {
        _settings = settings;
        _tokens = new ApnsTokenCheck(_key, settings.Time);
    }

    /// <summary>The address that it listens on.</summary>
    public Uri Address => _server.Address;

    /// <summary>The authority that issued its certificate.</summary>
    public GatewayAuthority Authority => _server.Authority!;

    /// <summary>The token signing key in PEM, as in Apple's .p8 file.</summary>
    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>The notifications that were accepted. Empty if the settings say that they are only counted.</summary>
    public IReadOnlyCollection<ApnsMessage> Messages => _messages;

    /// <summary>The number of accepted notifications.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>The number of requests received.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>The number of requests that are being processed.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The provider tokens that were accepted, each one once.</summary>
    public IReadOnlyCollection<string> ProviderTokens => _tokens.Tokens;

    /// <summary>The number of open connections.</summary>
    public int Connections => _server.Connections;

    /// <summary>The number of connections accepted since the start.</summary>
    public int ConnectionsAccepted => _server.ConnectionsAccepted;

    /// <summary>How long the gateway waits before it answers. Default: no wait.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>
    /// Each time this many requests have arrived, the gateway sends GOAWAY on the connection of the last one. Default: 0, which
    /// means never.
    /// </summary>
    public int GoAwayEvery { get; set; }

    /// <summary>The SETTINGS_MAX_CONCURRENT_STREAMS of new connections.</summary>
    public int MaxConcurrentStreams
    {
        set => _limits.Http2.MaxStreamsPerConnection = value;
    }

    public static async Task<ApnsGateway> StartAsync(ApnsGatewaySettings? settings = null)
    {
        var gateway = new ApnsGateway(settings ?? new ApnsGatewaySettings());
        gateway._server = await GatewayServer.StartAsync(gateway.HandleAsync, tls: true, kestrel =>
        {
            gateway._limits = kestrel.Limits;
            gateway.MaxConcurrentStreams = gateway._settings.MaxConcurrentStreams;
            kestrel.ConfigureHttpsDefaults(https => https.AllowAnyClientCertificate());
        });
        return gateway;
    }

    /// <summary>Issues a client certificate for one app.</summary>
    public X509Certificate2 IssueCertificate(string bundleId)
    {
        var certificate = Authority.Issue($"CN=Apple Push Services: {bundleId}");
        _certificates[certificate.Thumbprint] = bundleId;
        return certificate;
    }

    /// <summary>Makes the gateway answer that this device token is no longer active.</summary>
    public void Unregister(string deviceToken, DateTimeOffset since) =>
        RefuseDevice(deviceToken, new ApnsRefusal(410, "Unregistered", since));

    /// <summary>Makes the gateway refuse all notifications for this device token.</summary>
    public void RefuseDevice(string deviceToken, ApnsRefusal refusal) => _refusedDevices[deviceToken] = refusal;

    /// <summary>Makes this device token valid for this app only.</summary>
    public void Bind(string deviceToken, string bundleId) => _apps[deviceToken] = bundleId;

    /// <summary>Makes the gateway refuse the next <paramref name="count"/> requests that it would otherwise accept.</summary>
    public void RefuseNext(int count, ApnsRefusal refusal)
    {
        for (var i = 0; i < count; i++)
            _refusals.Enqueue(refusal);
    }

    /// <summary>Makes the gateway abort the connections of the next <paramref name="count"/> requests.</summary>
    public void ResetNext(int count) => Interlocked.Add(ref _resets, count);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var requests = Interlocked.Increment(ref _requests);
        if (TryTakeReset())
        {
            context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
            return;
        }

        Interlocked.Increment(ref _inFlight);
        try
        {
            if (GoAwayEvery > 0 && requests % GoAwayEvery == 0)
                context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
            if (Delay > TimeSpan.Zero)
                await Task.Delay(Delay, context.RequestAborted);
            await AnswerAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        context.Response.Headers["apns-id"] = request.Headers.TryGetValue("apns-id", out var id) ? id : Guid.NewGuid().ToString();
        var body = await ReadAsync(request);
        if (Check(context, body, out var deviceToken) is { } refusal)
        {
            await refusal.WriteAsync(context.Response);
            return;
        }

        Interlocked.Increment(ref _accepted);
        if (_settings.KeepsMessages)
            _messages.Enqueue(CreateMessage(request, deviceToken, body));
        context.Response.Headers["apns-unique-id"] = Guid.NewGuid().ToString();
    }

    private ApnsRefusal? Check(HttpContext context, ReadOnlyMemory<byte> body, out string deviceToken)
    {
        var headers = context.Request.Headers;
        return ApnsRequestCheck.CheckLine(context.Request, out deviceToken)
            ?? CheckSender(context, out var certified)
            ?? ApnsRequestCheck.CheckHeaders(headers, certified is null ? _settings.BundleIds : [certified], out var bundleId)
            ?? CheckDevice(deviceToken, bundleId)
            ?? ApnsRequestCheck.CheckPayload(headers, body)
            ?? (_refusals.TryDequeue(out var refusal) ? refusal : null);
    }

    private ApnsRefusal? CheckSender(HttpContext context, out string? certified)
    {
        certified = null;
        if (context.Connection.ClientCertificate is not { } certificate)
            return _tokens.Check(context.Request.Headers.Authorization.ToString(), context.Connection.Id);
        return _certificates.TryGetValue(certificate.Thumbprint, out certified) ? null : new ApnsRefusal(403, "BadCertificate");
    }

    private ApnsRefusal? CheckDevice(string deviceToken, string bundleId) =>
        _refusedDevices.TryGetValue(deviceToken, out var refusal) ? refusal
        : _apps.TryGetValue(deviceToken, out var app) && app != bundleId ? new ApnsRefusal(400, "DeviceTokenNotForTopic")
        : null;

    private static ApnsMessage CreateMessage(HttpRequest request, string deviceToken, ReadOnlyMemory<byte> body) =>
        new(
            deviceToken,
            request
                .Headers.Where(header => header.Key.StartsWith("apns-", StringComparison.Ordinal))
                .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.Ordinal),
            Encoding.UTF8.GetString(body.Span)
        )
        {
            Host = request.Host.Value!,
        };

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        while (body.Length < MaxBodyBytes && await request.Body.ReadAsync(buffer) is > 0 and var read)
            body.Write(buffer, 0, read);
        return body.ToArray();
    }

    private bool TryTakeReset()
    {
        if (Volatile.Read(ref _resets) == 0)
            return false;
        if (Interlocked.Decrement(ref _resets) >= 0)
            return true;
        Interlocked.Increment(ref _resets);
        return false;
    }
}
