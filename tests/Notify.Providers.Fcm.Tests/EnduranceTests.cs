using System.Collections.Concurrent;
using Notify.FakeGateways.Fcm;
using Notify.TestSupport;

namespace Notify.Providers.Fcm.Tests;

public sealed class EnduranceTests
{
    private const int Sends = 10_000;
    private const int Concurrent = 128;

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_or_task_behind()
    {
        await using var gateway = await FcmGateway.StartAsync();
        gateway.KeepsMessages = false;
        gateway.ChooseFault = CreateFault;
        var outcomes = new ConcurrentDictionary<string, int>();
        var mostConnections = 0;
        var application = await FcmApplication.StartAsync(gateway);
        await using (application)
        {
            await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = Concurrent }, async (number, _) =>
            {
                outcomes.AddOrUpdate(await SendAsync(application, number), 1, (_, count) => count + 1);
                InterlockedMax(ref mostConnections, gateway.Server.Connections);
            });
        }

        // Every send has ended and each kind of fault occurred. A broken connection is replaced by a few new ones, not by one for
        // each of the sends that it carried.
        Assert.Equal(Sends, outcomes.Values.Sum());
        Assert.Superset(
            new HashSet<string> { "Sent", "cancelled", "HTTP 503", "HTTP 429", "UNREGISTERED (HTTP 404)" },
            outcomes.Keys.ToHashSet()
        );
        Assert.InRange(mostConnections, 1, Concurrent);
        await Eventually.TrueAsync(() => gateway.Server.Connections == 0, "all sockets to close");
        await Eventually.TrueAsync(() => gateway.RequestsInFlight == 0, "all requests to end");
    }

    private static FcmFault? CreateFault(long call) =>
        (call % 50) switch
        {
            3 => FcmFault.ResetStream,
            7 => FcmFault.Answer(503, null),
            11 => FcmFault.Answer(429, null),
            17 => FcmFault.Answer(404, "UNREGISTERED"),
            23 => FcmFault.Late(TimeSpan.FromMilliseconds(20)),
            29 => FcmFault.Raw(200, ""),
            31 when call % 500 == 31 => FcmFault.Answer(401, null),
            37 when call % 500 == 37 => FcmFault.GoAway,
            41 when call % 1_000 == 41 => FcmFault.Reset,
            _ => null,
        };

    private static async Task<string> SendAsync(FcmApplication application, int number)
    {
        using var timeout = new CancellationTokenSource();
        var sending = application.SendAsync(cancellationToken: timeout.Token).AsTask();
        if (number % 20 == 0)
            await timeout.CancelAsync();
        try
        {
            var outcome = await sending;
            return outcome.Kind == OutcomeKind.Sent ? "Sent" : outcome.Reason!;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return "cancelled";
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; )
            seen = Interlocked.CompareExchange(ref most, value, seen);
    }
}
