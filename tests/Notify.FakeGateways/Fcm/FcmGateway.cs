using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Notify.FakeGateways.Fcm;

/// <summary>
/// A fake of Firebase Cloud Messaging (HTTP v1) and of Google's token endpoint. It makes the same checks as the real services and
/// gives the same answers, and it can be told to fail.
/// </summary>
public sealed class FcmGateway : IAsyncDisposable
{
    private const string ProjectId = "notify-fake";
    private const string SendPath = $"/v1/projects/{ProjectId}/messages:send";

    private readonly FcmTokenEndpoint _tokens;
    private readonly ConcurrentQueue<JsonDocument> _messages = new();
    private readonly ConcurrentQueue<FcmFault> _nextFaults = new();
    private readonly ConcurrentDictionary<string, FcmFault> _faultsByTarget = new();
    private long _calls;
    private long _accepted;
    private int _inFlight;

    private FcmGateway(TimeProvider time) => _tokens = new FcmTokenEndpoint(time);

    public GatewayServer Server { get; private set; } = null!;

    public Uri Address => Server.Address;

    /// <summary>The service account that may send for the project.</summary>
    public FcmServiceAccount Account { get; private set; } = null!;

    /// <summary>Whether accepted requests are kept or only counted, as in benchmarks. Default: true.</summary>
    public bool KeepsMessages { get; set; } = true;

    /// <summary>The full bodies of the accepted requests.</summary>
    public IReadOnlyList<JsonElement> Requests => [.. _messages.Select(message => message.RootElement)];

    /// <summary>The <c>message</c> of each accepted request.</summary>
    public IReadOnlyList<JsonElement> Messages => [.. Requests.Select(request => request.GetProperty("message"))];

    /// <summary>The number of calls to the send method, whether or not they succeeded.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>The number of calls to the send method that have not been answered yet.</summary>
    public int RequestsInFlight => Volatile.Read(ref _inFlight);

    /// <summary>All access tokens that the fake has issued.</summary>
    public IReadOnlyList<string> AccessTokens => _tokens.Issued;

    /// <summary>The protocol of the last call to the send method, such as <c>HTTP/2</c>.</summary>
    public string? Protocol { get; private set; }

    /// <summary>
    /// Chooses the fault for a call by its number, counted from 1. It is asked before the other fault settings; null means that
    /// it chooses none.
    /// </summary>
    public Func<long, FcmFault?>? ChooseFault { get; set; }

    /// <summary>
    /// The OAuth error with which the token endpoint answers, such as <c>invalid_grant</c>, or null to issue tokens.
    /// </summary>
    public string? TokenError
    {
        get => _tokens.Error;
        set => _tokens.Error = value;
    }

    /// <param name="tls">Whether to use TLS and HTTP/2. If false, the server uses HTTP/1.1 without TLS.</param>
    /// <param name="time">The clock that decides when access tokens expire, or null for the system's clock.</param>
    /// <param name="configure">Changes the server's options, such as its HTTP/2 limits.</param>
    /// <param name="hasOwnKey">Whether no other account of this process has the key of this gateway's account.</param>
    public static async Task<FcmGateway> StartAsync(
        bool tls = true,
        TimeProvider? time = null,
        Action<KestrelServerOptions>? configure = null,
        bool hasOwnKey = false
    )
    {
        var gateway = new FcmGateway(time ?? TimeProvider.System);
        gateway.Server = await GatewayServer.StartAsync(gateway.HandleAsync, tls, configure);
        gateway.Account = new FcmServiceAccount(ProjectId, new Uri(gateway.Address, FcmTokenEndpoint.Path), hasOwnKey);
        gateway._tokens.Account = gateway.Account;
        return gateway;
    }

    /// <summary>Creates a well-formed registration token, different each time.</summary>
    public static string NewToken() =>
        $"{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())[..22]}:APA91b"
        + $"{string.Concat(Enumerable.Range(0, 4).Select(_ => Guid.NewGuid().ToString("N")))}";

    /// <summary>Makes the next calls fail in this way.</summary>
    public void MisbehaveNext(FcmFault fault, int calls = 1)
    {
        for (var i = 0; i < calls; i++)
            _nextFaults.Enqueue(fault);
    }

    /// <summary>Makes all calls for this token, topic or condition fail in this way.</summary>
    public void MisbehaveFor(string target, FcmFault fault) => _faultsByTarget[target] = fault;

    /// <summary>Makes all access tokens that were issued so far invalid.</summary>
    public void RevokeAccessTokens() => _tokens.Revoke();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Account.Dispose();
        foreach (var message in _messages)
            message.Dispose();
    }

    private Task HandleAsync(HttpContext context) =>
        context.Request.Path.Value switch
        {
            FcmTokenEndpoint.Path => _tokens.HandleAsync(context),
            SendPath => SendAsync(context),
            _ => AnswerAsync(
                context,
                new FcmRefusal(404, null, "") { Body = "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>" }
            ),
        };

    private async Task SendAsync(HttpContext context)
    {
        Interlocked.Increment(ref _inFlight);
        try
        {
            await ReceiveAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        var call = Interlocked.Increment(ref _calls);
        Protocol = context.Request.Protocol;
        JsonDocument request;
        try
        {
            request = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException)
        {
            await AnswerAsync(context, new FcmRefusal(400, null, "Invalid JSON payload received."));
            return;
        }

        var fault = ChooseFault?.Invoke(call) ?? (_nextFaults.TryDequeue(out var next) ? next : FindFault(request.RootElement));
        if (fault is null || await MisbehaveAsync(context, fault))
            await AnswerAsync(context, request);
    }

    private FcmFault? FindFault(JsonElement request) =>
        !_faultsByTarget.IsEmpty && request.TryGetProperty("message", out var message)
            ? message
                .EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.String)
                .Select(member => _faultsByTarget.GetValueOrDefault(member.Value.GetString()!))
                .FirstOrDefault(fault => fault is not null)
            : null;

    /// <summary>Carries out a fault. Returns true if the usual answer must still be written.</summary>
    private static async Task<bool> MisbehaveAsync(HttpContext context, FcmFault fault)
    {
        if (fault.Delay != TimeSpan.Zero)
            await Task.Delay(fault.Delay, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        switch (fault.Breaks)
        {
            case FcmBreak.Connection:
                context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
                return false;
            case FcmBreak.Stream:
                context.Features.Get<IHttpResetFeature>()!.Reset(errorCode: 2);
                return false;
            case FcmBreak.GoAway:
                context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
                return true;
        }

        if (fault.RetryAfter is not null)
            context.Response.Headers.RetryAfter = fault.RetryAfter;
        if (fault.Refusal is not null)
            await AnswerAsync(context, fault.Refusal);
        return fault.Refusal is null;
    }

    private async Task AnswerAsync(HttpContext context, JsonDocument request)
    {
        if (!_tokens.IsValid(context.Request.Headers.Authorization.ToString()))
            await AnswerAsync(context, new FcmRefusal(401, null, "Request had invalid authentication credentials."));
        else if (FcmMessageRules.FindRefusal(request.RootElement) is { } refusal)
            await AnswerAsync(context, refusal);
        else
            await AcceptAsync(context, request);
    }

    private async Task AcceptAsync(HttpContext context, JsonDocument request)
    {
        var number = Interlocked.Increment(ref _accepted);
        var isDryRun = request.RootElement.TryGetProperty("validate_only", out var dryRun) && dryRun.GetBoolean();
        var id = isDryRun ? "fake_message_id" : string.Create(CultureInfo.InvariantCulture, $"0:{number:D16}%31bd1c9631bd1c96");
        if (KeepsMessages)
            _messages.Enqueue(request);
        else
            request.Dispose();
        context.Response.ContentType = "application/json; charset=UTF-8";
        await context.Response.WriteAsync($"{{\n  \"name\": \"projects/{ProjectId}/messages/{id}\"\n}}\n");
    }

    private static Task AnswerAsync(HttpContext context, FcmRefusal refusal)
    {
        context.Response.StatusCode = refusal.Status;
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(refusal.ToJson());
    }
}
