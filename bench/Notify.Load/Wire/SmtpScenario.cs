using Notify.Load.Measuring;
using Notify.Providers;
using Notify.Providers.Smtp;

namespace Notify.Load.Wire;

/// <summary>
/// The SMTP provider with a local sink without TLS, over the provider's default number of connections, with one caller per
/// connection that sends one email after the other. A wait is the time until the outcome of one email. The ceiling sends the same
/// over the same number of sockets.
/// </summary>
internal static class SmtpScenario
{
    public const string Name = "smtp";

    /// <summary>The provider's maximum. With fewer connections, both sides would mostly wait for the slow server.</summary>
    private const int ConnectionsAtLatency = 256;

    /// <summary>The number of recipients that a turn cycles through.</summary>
    private const int Recipients = 1_000;

    private const double Reach = 0.7;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 100_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var latency = arguments.Int32("latency", 0, min: 0);
        var byDefault = new SmtpOptions().MaxConnections;
        var connections = arguments.Int32("connections", latency == 0 ? byDefault : ConnectionsAtLatency, min: 1);
        arguments.RefuseUnknown();

        await using var sink = await SinkProcess.StartAsync(Name, latency);
        Delivery[] deliveries = [.. Enumerable.Range(0, Recipients).Select(CreateDelivery)];
        await using var provider = new ProviderHost(notifications => Compose(notifications, sink.Port, connections));
        using var ceiling = await SmtpCeiling.ConnectAsync(await RecordAsync(deliveries), sink.Port, connections);
        var ours = new WireTurns(sink, count, connections);
        var theirs = new WireTurns(sink, count, connections);
        var comparison = await Comparison.RunAsync(
            Name,
            pairs,
            () => ours.MeasureAsync(number => provider.SendAsync(deliveries[number % Recipients])),
            () => theirs.MeasureAsync(ceiling.SendAsync)
        );
        ours.RequireSameBytes(theirs);
        WireResult.Print(comparison, Reach, maxBytes: null, connections, latency);
        return 0;
    }

    internal static void Compose(INotificationsBuilder notifications, int port, int connections) =>
        notifications.AddSmtp(options =>
        {
            options.Host = "127.0.0.1";
            options.Port = port;
            options.Security = SmtpSecurity.None;
            options.From = "shop@example.org";
            options.FromName = "The shop";
            options.MaxConnections = connections;
        });

    internal static Delivery CreateDelivery(int number) =>
        WireDelivery.Create(
            Name,
            new Address(Channel.Email, $"customer-{100_000 + number}@example.org"),
            new Content
            {
                Title = $"Your order {100_000 + number}",
                Body = "It was shipped and will arrive tomorrow.",
                Html = "<p>It was <b>shipped</b> and will arrive tomorrow.</p>",
            }
        );

    private static async Task<List<RecordedEmail>> RecordAsync(Delivery[] deliveries)
    {
        var emails = new List<RecordedEmail>();
        await using var recorder = SmtpSink.Start(TimeSpan.Zero, emails.Add);
        await using var provider = new ProviderHost(notifications => Compose(notifications, recorder.Port, connections: 1));
        foreach (var delivery in deliveries)
            await provider.SendAsync(delivery);
        return emails;
    }
}
