using Notify.FakeGateways.Apns;
using Notify.TestSupport;

namespace Notify.Providers.Apns.Tests;

public sealed class LeakTests
{
    private const int Sends = 10_000;
    private const int Concurrent = 64;

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_and_no_request_behind()
    {
        await using var gateway = await ApnsGateway.StartAsync(new ApnsGatewaySettings { KeepsMessages = false });
        var outcomes = new int[Enum.GetValues<OutcomeKind>().Count(kind => kind != OutcomeKind.Unknown)];
        var cancelled = 0;
        await using (var application = ApnsApplication.Compose(gateway))
        {
            gateway.GoAwayEvery = 500;
            await Parallel.ForEachAsync(
                Enumerable.Range(0, Sends),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrent },
                async (i, _) =>
                {
                    Fault(gateway, i);
                    using var attempt = new CancellationTokenSource();
                    var delivery = ApnsApplication.Delivery(ApnsApplication.Device(i));
                    var sending = application.Provider.SendAsync(delivery, attempt.Token);
                    if (i % 7 == 0)
                        await attempt.CancelAsync();
                    try
                    {
                        Interlocked.Increment(ref outcomes[(int)(await sending).Kind]);
                    }
                    catch (OperationCanceledException)
                    {
                        Interlocked.Increment(ref cancelled);
                    }
                }
            );

            Assert.Equal(Sends, outcomes.Sum() + cancelled);
            Assert.DoesNotContain(0, outcomes);
            Assert.True(cancelled > 0, "No attempt was cancelled while it was running.");
        }

        await Eventually.TrueAsync(() => gateway.InFlight == 0, "the last request to end");
        await Eventually.TrueAsync(() => gateway.Connections == 0, "the last connection to close");
    }

    private static void Fault(ApnsGateway gateway, int i)
    {
        if (i % 1000 == 999)
            gateway.ResetNext(1);
        if (i % 11 == 0)
            gateway.RefuseNext(1, new ApnsRefusal(503, "ServiceUnavailable"));
        if (i % 13 == 0)
            gateway.RefuseNext(1, new ApnsRefusal(410, "Unregistered", DateTimeOffset.UnixEpoch));
        if (i % 17 == 0)
            gateway.RefuseNext(1, new ApnsRefusal(400, "BadDeviceToken"));
    }
}
