using Notify.FakeGateways.Twilio;
using Notify.Testing;
using Twilio.Clients;

namespace Notify.Providers.TwilioSdk.Tests;

/// <summary>Tests that many sends through Twilio's library leak nothing.</summary>
public sealed class LeakTests
{
    private const int Sends = 10_000;
    private const int Concurrent = 32;

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_or_request_behind()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        (gateway.KeepsMessages, gateway.Trouble) = (false, CreateTrouble);
        var outcomes = new int[Enum.GetValues<OutcomeKind>().Length];
        var cancelled = 0;
        await using (var application = new Application(gateway.Address, options => UseAccount(options, gateway.Account)))
        {
            await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = Concurrent }, async (number, _) =>
            {
                if (await SendAsync(application.Provider, number) is { } outcome)
                    Interlocked.Increment(ref outcomes[(int)outcome.Kind]);
                else
                    Interlocked.Increment(ref cancelled);
            });

            Assert.InRange(gateway.Server.Connections, 1, Concurrent);
        }

        Assert.Equal(Sends, outcomes.Sum() + cancelled);
        Assert.InRange(outcomes[(int)OutcomeKind.Sent], Sends / 2, Sends - 1);
        Assert.True(cancelled > 0 && outcomes[(int)OutcomeKind.Retry] > 0 && outcomes[(int)OutcomeKind.Rejected] > 0);
        await Eventually.TrueAsync(() => gateway.InFlight == 0, "the last request to end");
        await Eventually.TrueAsync(() => gateway.Server.Connections == 0, "the last connection to close");
    }

    private static void UseAccount(TwilioSdkOptions options, TwilioAccount account)
    {
        options.CreateClient = http => new TwilioRestClient(account.Sid, account.AuthToken, httpClient: http);
        options.From = account.Number;
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
    private static async Task<Outcome?> SendAsync(IDeliveryProvider provider, int number)
    {
        using var attempt = new CancellationTokenSource();
        var sending = provider.SendAsync(Application.Sms(), attempt.Token).AsTask();
        if (number % 50 == 0)
        {
            for (var i = 0; i < number % 7; i++)
                await Task.Yield();
            await attempt.CancelAsync();
        }

        try
        {
            return await sending;
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested)
        {
            return null;
        }
    }
}
