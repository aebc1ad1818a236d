using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Notify.Load.Measuring;
using Notify.Load.Wire;
using Notify.Providers.Smtp;
using Notify.Storage;

namespace Notify.Load.SlowSmtp;

/// <summary>
/// Sends many emails at once, over few connections, to a mail server that is slow to accept each message. The server must accept
/// each email exactly once: an attempt that waits for a connection must not time out, and one that the server is still processing
/// must not be cancelled and sent again.
/// </summary>
internal static class SlowSmtpScenario
{
    public const string Name = "slow-smtp";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 2_000, min: 1);
        var latency = arguments.Int32("latency", 1_500, min: 0);
        var connections = arguments.Int32("connections", new SmtpOptions().MaxConnections, min: 1);
        arguments.RefuseUnknown();

        var result = await RunAsync(count, TimeSpan.FromMilliseconds(latency), connections, _ => { });
        result.Print();
        return result.Passed ? 0 : 1;
    }

    /// <param name="count">The number of emails that are triggered at once.</param>
    /// <param name="latency">How long the server takes to accept a message.</param>
    /// <param name="connections">The number of connections of the provider.</param>
    /// <param name="configure">Changes the options of the application.</param>
    public static async Task<SlowSmtpResult> RunAsync(
        int count,
        TimeSpan latency,
        int connections,
        Action<NotificationsOptions> configure
    )
    {
        var recipients = new ConcurrentQueue<string>();
        await using var server = SmtpSink.Start(latency, email => recipients.Enqueue(GetRecipient(email)));
        using var host = Compose(server.Port, connections, configure);
        await host.StartAsync();
        var watch = Stopwatch.StartNew();
        await Callers.MeasureAsync(count, 64, number => TriggerAsync(host, number), () => SettleAsync(host));
        var seconds = watch.Elapsed.TotalSeconds;
        await host.StopAsync();

        var distinct = recipients.Distinct(StringComparer.Ordinal).Count();
        var accepted = server.Taken.Messages;
        return new SlowSmtpResult(
            count,
            Math.Round(count / seconds, 1),
            (int)latency.TotalMilliseconds,
            connections,
            accepted,
            (int)accepted - distinct,
            count - distinct,
            Math.Round(seconds, 1),
            Passed: accepted == count && distinct == count
        );
    }

    private static IHost Compose(int port, int connections, Action<NotificationsOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        SmtpScenario.Compose(builder.Services.AddNotifications(configure).UseInMemory(), port, connections);
        return builder.Build();
    }

    private static async ValueTask TriggerAsync(IHost host, int number) =>
        await host
            .Services.GetRequiredService<INotifier>()
            .TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email($"customer-{number}@example.org"),
                    Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
                }
            );

    private static async Task SettleAsync(IHost host)
    {
        var queue = host.Services.GetRequiredService<IDeliveryQueue>();
        while ((await queue.GetDepthAsync(CancellationToken.None)).Sum(depth => depth.Pending) > 0)
            await Task.Delay(Poll);
    }

    private static string GetRecipient(RecordedEmail email)
    {
        var announcement = Encoding.ASCII.GetString(email.Announcement.Span);
        var start = announcement.IndexOf("RCPT TO:<", StringComparison.Ordinal) + "RCPT TO:<".Length;
        return announcement[start..announcement.IndexOf('>', start)];
    }
}
