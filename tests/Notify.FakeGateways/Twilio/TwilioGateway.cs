using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Twilio;

/// <summary>
/// A Twilio for one account: its Messages API (2010-04-01), which checks what Twilio checks and answers what it documents, and
/// its status callbacks. The magic numbers of Twilio's test credentials work (see <see cref="TwilioRules"/>).
/// </summary>
public sealed class TwilioGateway : IAsyncDisposable
{
    private readonly ConcurrentQueue<TwilioSms> _messages = new();
    private readonly TwilioCallbacks _callbacks;
    private int _requests;
    private int _underWay;
    private int _accepted;

    private TwilioGateway(TwilioAccount account) => (Account, _callbacks) = (account, new TwilioCallbacks(account));

    /// <summary>The one account that it knows.</summary>
    public TwilioAccount Account { get; }

    public GatewayServer Server { get; private set; } = null!;

    public Uri Address => Server.Address;

    /// <summary>The messages it took over, oldest first.</summary>
    public IReadOnlyList<TwilioSms> Messages => [.. _messages];

    /// <summary>How many messages it took over.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many requests it has not answered yet.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Whether messages are kept, or only counted. Default true.</summary>
    public bool KeepsMessages { get; set; } = true;

    /// <summary>What goes wrong with a request, by its number from 1 on; null for what goes well. Default: nothing.</summary>
    public Func<int, TwilioTrouble?> Trouble { get; set; } = _ => null;

    /// <summary>Where callbacks really go, as a proxy in front of an application passes them on. Null calls the URL.</summary>
    public Uri? CallbackProxy
    {
        get => _callbacks.Proxy;
        set => _callbacks.Proxy = value;
    }

    public static async Task<TwilioGateway> StartAsync(TwilioAccount? account = null, bool tls = false)
    {
        var gateway = new TwilioGateway(account ?? new TwilioAccount());
        gateway.Server = await GatewayServer.StartAsync(gateway.HandleAsync, tls);
        return gateway;
    }

    /// <summary>Calls a message's status callback, signed, and answers the status it was answered with.</summary>
    /// <param name="message">The message.</param>
    /// <param name="status">Its new status, such as <c>sent</c>.</param>
    /// <param name="errorCode">Why it failed.</param>
    public Task<int> CallBackAsync(TwilioSms message, string status, int? errorCode = null) =>
        _callbacks.CallAsync(message, status, errorCode);

    /// <summary>Calls back as a message fares: <c>sent</c>, and <c>delivered</c> or what its magic number says.</summary>
    /// <returns>The status of the last call's answer.</returns>
    public async Task<int> DeliverAsync(TwilioSms message)
    {
        await CallBackAsync(message, "sent");
        var error = TwilioRules.FateOf(message.To);
        return await CallBackAsync(message, error is null ? "delivered" : "undelivered", error);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _callbacks.Dispose();
        await Server.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            var request = await TwilioRequest.ReadAsync(context.Request);
            var trouble = Trouble(Interlocked.Increment(ref _requests));
            if (trouble is { LosesAnswer: true } && TwilioRules.ErrorOf(request, Account) is null)
                TakeOver(TwilioSms.Of(request));
            if (trouble is not null)
                await trouble.CauseAsync(context);
            else
                await AnswerAsync(context, request);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The caller gave up.
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private Task AnswerAsync(HttpContext context, TwilioRequest request)
    {
        if (TwilioRules.ErrorOf(request, Account) is { } error)
            return TwilioAnswers.ErrorAsync(context, error.Status, error.Code, error.Message);

        var message = TwilioSms.Of(request);
        TakeOver(message);
        return TwilioAnswers.CreatedAsync(context, message, Account);
    }

    private void TakeOver(TwilioSms message)
    {
        Interlocked.Increment(ref _accepted);
        if (KeepsMessages)
            _messages.Enqueue(message);
    }
}
