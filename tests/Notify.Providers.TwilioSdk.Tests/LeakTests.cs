using Notify.FakeGateways.Twilio;
using Notify.TestSupport;
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
        (gateway.KeepsMessages, gateway.Trouble) = (false, TwilioTrouble.CreateMixture);
        var outcomes = new int[Enum.GetValues<OutcomeKind>().Count(kind => kind != OutcomeKind.Unknown)];
        var cancelled = 0;
        await using (var application = new Application(gateway.Address, options => UseAccount(options, gateway.Account)))
        {
            await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = Concurrent }, async (number, _) =>
            {
                if (
                    await Interruption.RunAsync(number, cancellation =>
                        application.Provider.SendAsync(Application.Sms(), cancellation)
                    ) is
                    { } outcome
                )
                    Interlocked.Increment(ref outcomes[(int)outcome.Kind]);
                else
                    Interlocked.Increment(ref cancelled);
            });

            // The server may notice a moment later that a connection was closed. Idle connections close after a minute.
            await Eventually
                .TrueAsync(() => gateway.Server.Connections <= Concurrent, "the connections of given up requests to close")
                .WaitAsync(TimeSpan.FromSeconds(30));
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
}
