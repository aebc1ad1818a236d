using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>
/// A push service (RFC 8030) together with the browsers that subscribe at it: it checks what push services check, answers with
/// Mozilla's error numbers, and decrypts what only a browser can.
/// </summary>
public sealed class PushServiceGateway : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, BrowserSubscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<PushFault> _faults = new();
    private readonly ConcurrentQueue<PushedMessage> _messages = new();
    private readonly TimeProvider _time;
    private readonly bool _keepsMessages;
    private GatewayServer _server = null!;
    private int _requests;
    private int _accepted;

    private PushServiceGateway(TimeProvider time, bool keepsMessages) => (_time, _keepsMessages) = (time, keepsMessages);

    /// <summary>Where it listens.</summary>
    public Uri Address => _server.Address;

    /// <summary>Whom to trust.</summary>
    public GatewayAuthority Authority => _server.Authority!;

    /// <summary>Connections that are open now.</summary>
    public int Connections => _server.Connections;

    /// <summary>Connections that were ever made.</summary>
    public int ConnectionsAccepted => _server.ConnectionsAccepted;

    /// <summary>Requests that were made, the refused ones included.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Messages that were accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>What was accepted, decrypted, in the order of arrival; empty when it only counts.</summary>
    public IReadOnlyList<PushedMessage> Messages => [.. _messages];

    /// <param name="time">By which clock tokens expire.</param>
    /// <param name="keepsMessages">Whether to keep what is accepted, or only count.</param>
    public static async Task<PushServiceGateway> StartAsync(TimeProvider? time = null, bool keepsMessages = true)
    {
        var gateway = new PushServiceGateway(time ?? TimeProvider.System, keepsMessages);
        gateway._server = await GatewayServer.StartAsync(gateway.HandleAsync, tls: true);
        return gateway;
    }

    /// <summary>A browser subscribes.</summary>
    /// <param name="applicationServerKey">The only VAPID key that may push to it, in base64url; null for any.</param>
    /// <param name="host">The host of its endpoint; null for 127.0.0.1.</param>
    public BrowserSubscription Subscribe(string? applicationServerKey = null, string? host = null)
    {
        var origin = new UriBuilder(Address) { Host = host ?? Address.Host }.Uri;
        var subscription = new BrowserSubscription(origin, applicationServerKey);
        _subscriptions[subscription.Id] = subscription;
        return subscription;
    }

    /// <summary>Has the next requests fail.</summary>
    public void FailNext(PushFault fault, int times = 1)
    {
        for (var i = 0; i < times; i++)
            _faults.Enqueue(fault);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var subscription in _subscriptions.Values)
            subscription.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (_faults.TryDequeue(out var fault) || (fault = Find(context.Request)?.Fault) is not null)
        {
            await fault.AnswerAsync(context);
            return;
        }

        try
        {
            Accept(context, await ReceiveAsync(context.Request));
        }
        catch (PushRefusal refusal)
        {
            await refusal.AnswerAsync(context.Response);
        }
    }

    private async Task<PushedMessage> ReceiveAsync(HttpRequest request)
    {
        var subscription = SubscriptionOf(request);
        var headers = PushRequestHeaders.Read(request.Headers);
        VapidVerifier.Verify(request, subscription.ApplicationServerKey, _time.GetUtcNow());
        var body = await ReadBodyAsync(request);
        return new PushedMessage(
            subscription.Id,
            headers.TimeToLive,
            headers.Urgency,
            headers.Topic,
            headers.CachePolicy,
            request.Headers.Authorization.ToString(),
            request.Protocol,
            body.Length,
            subscription.Decrypt(body)
        );
    }

    private void Accept(HttpContext context, PushedMessage message)
    {
        var number = Interlocked.Increment(ref _accepted);
        if (_keepsMessages)
            _messages.Enqueue(message);
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/message/{number.ToString(CultureInfo.InvariantCulture)}";
    }

    private BrowserSubscription SubscriptionOf(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
            throw new PushRefusal(405, null, "Use POST.");
        var subscription = Find(request) ?? throw new PushRefusal(404, 102, "There is no such endpoint.");
        return subscription.GoneWith is { } status ? throw new PushRefusal(status, 106, "The subscription ended.") : subscription;
    }

    private BrowserSubscription? Find(HttpRequest request) =>
        _subscriptions.GetValueOrDefault(request.Path.Value!.Replace("/push/", "", StringComparison.Ordinal));

    /// <summary>RFC 8030 section 7.2: a push service takes 4096 bytes, and may refuse more.</summary>
    private static async Task<byte[]> ReadBodyAsync(HttpRequest request)
    {
        if (request.Headers.ContentEncoding != "aes128gcm")
            throw new PushRefusal(400, 110, "Content-Encoding must be aes128gcm.");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.Length <= 4096 ? body.ToArray() : throw new PushRefusal(413, 104, "The body has more than 4096 bytes.");
    }
}
