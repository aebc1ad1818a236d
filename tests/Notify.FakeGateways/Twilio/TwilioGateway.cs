using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Twilio;

/// <summary>
/// A fake of Twilio with one account. Its Messages API (2010-04-01) makes Twilio's checks and gives the documented answers, and
/// it sends status callbacks. The magic numbers of Twilio's test credentials work (see <see cref="TwilioRules"/>).
/// </summary>
public sealed class TwilioGateway : IAsyncDisposable
{
    private readonly ConcurrentQueue<TwilioSms> _messages = new();
    private readonly TwilioCallbacks _callbacks;
    private int _requests;
    private int _inFlight;
    private int _accepted;

    private TwilioGateway(TwilioAccount account) => (Account, _callbacks) = (account, new TwilioCallbacks(account));

    /// <summary>The account.</summary>
    public TwilioAccount Account { get; }

    public GatewayServer Server { get; private set; } = null!;

    public Uri Address => Server.Address;

    /// <summary>The accepted messages, oldest first.</summary>
    public IReadOnlyList<TwilioSms> Messages => [.. _messages];

    /// <summary>The number of accepted messages.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>The number of requests that have not been answered yet.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether messages are kept or only counted. Default: true.</summary>
    public bool KeepsMessages { get; set; } = true;

    /// <summary>
    /// Chooses what goes wrong with a request by its number, counted from 1. Null means that nothing does, which is the default
    /// for all.
    /// </summary>
    public Func<int, TwilioTrouble?> Trouble { get; set; } = _ => null;

    /// <summary>
    /// The address that callbacks are sent to instead of the URL in the message, like a proxy in front of the application. Null
    /// for the URL itself.
    /// </summary>
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

    /// <summary>Sends a signed status callback for a message. Returns the HTTP status of the answer.</summary>
    /// <param name="message">The message.</param>
    /// <param name="status">Its new status, such as <c>sent</c>.</param>
    /// <param name="errorCode">The error code if the message failed.</param>
    public Task<int> CallBackAsync(TwilioSms message, string status, int? errorCode = null) =>
        _callbacks.CallAsync(message, status, errorCode);

    /// <summary>
    /// Sends the callbacks of a message's whole life: first <c>sent</c>, then <c>delivered</c>, or <c>undelivered</c> if its
    /// number is a magic one.
    /// </summary>
    /// <returns>The HTTP status of the answer to the last callback.</returns>
    public async Task<int> DeliverAsync(TwilioSms message)
    {
        await CallBackAsync(message, "sent");
        var error = TwilioRules.FindDeliveryError(message.To);
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
        Interlocked.Increment(ref _inFlight);
        try
        {
            var request = await TwilioRequest.ReadAsync(context.Request);
            var trouble = Trouble(Interlocked.Increment(ref _requests));
            if (trouble is { LosesAnswer: true } && TwilioRules.FindError(request, Account) is null)
                Accept(TwilioSms.FromRequest(request));
            if (trouble is not null)
                await trouble.CauseAsync(context);
            else
                await AnswerAsync(context, request);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client gave up waiting.
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private Task AnswerAsync(HttpContext context, TwilioRequest request)
    {
        if (HttpMethods.IsGet(request.Method) && Account.Authorizes(request.Authorization))
            return TwilioAnswers.EmptyListAsync(context);
        if (TwilioRules.FindError(request, Account) is { } error)
            return TwilioAnswers.ErrorAsync(context, error.Status, error.Code, error.Message);

        var message = TwilioSms.FromRequest(request);
        Accept(message);
        return TwilioAnswers.CreatedAsync(context, message, Account);
    }

    private void Accept(TwilioSms message)
    {
        Interlocked.Increment(ref _accepted);
        if (KeepsMessages)
            _messages.Enqueue(message);
    }
}
