using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Twilio;
using Notify.TestSupport;

namespace Notify.Providers.Twilio.Tests;

public sealed class EnduranceTests
{
    private const int Sends = 10_000;
    private const int AtOnce = 32;

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_or_call_behind()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        (gateway.KeepsMessages, gateway.Trouble) = (false, TwilioTrouble.CreateMixture);
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
            var outcome = await Interruption.RunAsync(Interlocked.Increment(ref given), cancellation =>
                application.AttemptAsync(cancelled: cancellation)
            );
            if (outcome?.Kind == OutcomeKind.Sent)
                Interlocked.Increment(ref accepted);
        });

        Assert.InRange(accepted, Sends / 2, Sends - 1);
        Assert.True(gateway.Accepted > 0);
        await Eventually.TrueAsync(() => gateway.InFlight == 0, "the last call to end");
        await Eventually.TrueAsync(() => gateway.Server.Connections == 0, "the last connection to close");
    }
}
