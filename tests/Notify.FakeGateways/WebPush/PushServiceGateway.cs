using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>
/// A fake push service (RFC 8030), together with the browsers that subscribe to it. It makes the checks that push services make,
/// answers with Mozilla's error numbers, and decrypts messages as the browser would.
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

    /// <summary>The address that it listens on.</summary>
    public Uri Address => _server.Address;

    /// <summary>The authority that issued its certificate.</summary>
    public GatewayAuthority Authority => _server.Authority!;

    /// <summary>The number of open connections.</summary>
    public int Connections => _server.Connections;

    /// <summary>The number of connections accepted since the start.</summary>
    public int ConnectionsAccepted => _server.ConnectionsAccepted;

    /// <summary>The number of requests received, including those that were refused.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The number of accepted messages.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>The accepted messages, decrypted, in the order of arrival. Empty if they are only counted.</summary>
    public IReadOnlyList<PushedMessage> Messages => [.. _messages];

    /// <param name="time">The clock that decides when VAPID tokens expire.</param>
    /// <param name="keepsMessages">Whether to keep accepted messages or only count them.</param>
    public static async Task<PushServiceGateway> StartAsync(TimeProvider? time = null, bool keepsMessages = true)
    {
        var gateway = new PushServiceGateway(time ?? TimeProvider.System, keepsMessages);
        gateway._server = await GatewayServer.StartAsync(gateway.HandleAsync, tls: true);
        return gateway;
    }

    /// <summary>Creates a browser's subscription.</summary>
    /// <param name="applicationServerKey">
    /// The only VAPID key, in base64url, that may be used to send to it, or null for any key.
    /// </param>
    /// <param name="host">The host of its endpoint, or null for 127.0.0.1.</param>
    public BrowserSubscription Subscribe(string? applicationServerKey = null, string? host = null)
    {
        var origin = new UriBuilder(Address) { Host = host ?? Address.Host }.Uri;
        var subscription = new BrowserSubscription(origin, applicationServerKey);
        _subscriptions[subscription.Id] = subscription;
        return subscription;
    }

    /// <summary>Makes the next requests fail.</summary>
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
        var subscription = FindSubscription(request);
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

    private BrowserSubscription FindSubscription(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
            throw new PushRefusal(405, null, "Use POST.");
        var subscription = Find(request) ?? throw new PushRefusal(404, 102, "There is no subscription with this endpoint.");
        return subscription.GoneStatus is { } status
            ? throw new PushRefusal(status, 106, "The subscription has ended.")
            : subscription;
    }

    private BrowserSubscription? Find(HttpRequest request) =>
        _subscriptions.GetValueOrDefault(request.Path.Value!.Replace("/push/", "", StringComparison.Ordinal));

    /// <summary>RFC 8030 section 7.2: a push service must accept 4096 bytes and may refuse more.</summary>
    private static async Task<byte[]> ReadBodyAsync(HttpRequest request)
    {
        if (request.Headers.ContentEncoding != "aes128gcm")
            throw new PushRefusal(400, 110, "Content-Encoding must be aes128gcm.");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.Length <= 4096 ? body.ToArray() : throw new PushRefusal(413, 104, "The body must have at most 4096 bytes.");
    }
}
