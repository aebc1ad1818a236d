using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Twilio;
using Notify.Testing;

namespace Notify.Providers.Twilio.Tests;

public sealed class EnduranceTests
{
    private const int Sends = 10_000;
    private const int AtOnce = 32;

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_or_call_behind()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        (gateway.KeepsMessages, gateway.Trouble) = (false, CreateTrouble);
        // A connection that is returned to the pool is closed soon. A connection that leaks stays open.
        await using var application = await TwilioApplication.StartAsync(gateway, services: services =>
            services
                .AddHttpClient("Notify.twilio")
                .ConfigurePrimaryHttpMessageHandler(
                    (handler, _) => ((SocketsHttpHandler)handler).PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1)
                )
        );
        var given = 0;
        var accepted = 0;

        await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
        {
            var outcome = await SendAsync(application, Interlocked.Increment(ref given));
            if (outcome?.Kind == OutcomeKind.Sent)
                Interlocked.Increment(ref accepted);
        });

        Assert.InRange(accepted, Sends / 2, Sends - 1);
        Assert.True(gateway.Accepted > 0);
        await Eventually.TrueAsync(() => gateway.InFlight == 0, "the last call to end");
        await Eventually.TrueAsync(() => gateway.Server.Connections == 0, "the last connection to close");
    }

    private static TwilioTrouble? CreateTrouble(int number) =>
        (number % 20) switch
        {
            1 => new TwilioTrouble { Status = 500 },
            3 => new TwilioTrouble
            {
                Status = 429,
                Code = 20429,
                RetryAfter = "1",
            },
            5 => new TwilioTrouble { Resets = true },
            7 => new TwilioTrouble { Status = 201, Json = "{\"sid\":" },
            9 => new TwilioTrouble
            {
                Status = 400,
                Code = 21211,
                Message = new string('x', 100_000),
            },
            11 => new TwilioTrouble { Delay = TimeSpan.FromMilliseconds(50) },
            _ => null,
        };

    /// <summary>Makes one attempt. Every 50th is cancelled at a varying moment and returns null.</summary>
    private static async Task<Outcome?> SendAsync(TwilioApplication application, int number)
    {
        using var cancelled = new CancellationTokenSource();
        var sending = application.AttemptAsync(cancelled: cancelled.Token).AsTask();
        if (number % 50 == 0)
        {
            for (var i = 0; i < number % 7; i++)
                await Task.Yield();
            await cancelled.CancelAsync();
        }

        try
        {
            return await sending;
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return null;
        }
    }
}
