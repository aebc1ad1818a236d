using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class PausedProviderTests
{
    [Fact]
    public async Task Deliveries_of_a_paused_provider_move_to_another_of_the_channel()
    {
        var (first, second) = (Up("first"), Up("second"));
        await using var application = await TestApplication.StartAsync(first, second);

        var paused = await application.Get<IProviders>().PauseAsync("first");
        var ended = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));

        Assert.NotNull(paused!.PausedAt);
        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Equal(["second"], ended.Attempts.Select(attempt => attempt.Provider));
    }

    [Fact]
    public async Task A_pause_holds_in_all_processes_and_over_restarts_until_the_provider_is_resumed()
    {
        // Other tests measure their own providers at the same time.
        const string Mail = "mail-that-is-paused";
        var (mail, sms) = (Up(Mail), Up("sms", Channel.Sms));
        await using var running = await TestApplication.StartAsync(mail, sms);
        await using var other = await TestApplication.StartAsync(
            builder => Share(builder, running, Workers.None),
            Up(Mail),
            Up("sms", Channel.Sms)
        );
        await other.Get<IProviders>().PauseAsync(Mail);
        await Eventually.TrueAsync(() => ReadGauges(Mail) is [1, 1], "the pause in both processes");

        var waiting = await running.SendAsync(Recipient.Email("ada@example.org"));
        await running.EndedDeliveryAsync(await running.SendAsync(Recipient.Phone("+46701234567")));
        Assert.Equal((DeliveryState.Pending, 0), Describe(await running.DeliveryAsync(waiting)));

        await running.StopAsync();
        var (mailAgain, smsAgain) = (Up(Mail), Up("sms", Channel.Sms));
        await using var restarted = await TestApplication.StartAsync(
            builder => Share(builder, running, Workers.All),
            mailAgain,
            smsAgain
        );
        await restarted.EndedDeliveryAsync(await restarted.SendAsync(Recipient.Phone("+46701234567")));
        Assert.Equal((DeliveryState.Pending, 0), Describe(await restarted.DeliveryAsync(waiting)));

        await other.Get<IProviders>().ResumeAsync(Mail);
        Assert.Equal((DeliveryState.Sent, 1), Describe(await restarted.EndedDeliveryAsync(waiting)));
        Assert.Empty(mail.Sent);
        Assert.Single(mailAgain.Sent);
    }

    [Fact]
    public async Task Deliveries_that_only_the_paused_provider_can_send_wait_although_their_channel_has_another()
    {
        var time = new ManualTime();
        var passing = new Passing(time);
        var (fcm, apns) = (Up("fcm", Channel.Push), Up("apns", Channel.Push));
        await using var application = await TestApplication.StartAsync(
            builder =>
            {
                passing.AddTo(builder);
                builder.Services.Configure<ChannelOptions>("push", options =>
                    options.PlatformProviders[Platform.Ios.Name] = ["apns"]
                );
            },
            fcm,
            apns
        );
        await application.Get<IProviders>().PauseAsync("apns");

        var id = await application.SendAsync(Recipient.PushToken("t-ios", Platform.Ios));
        await passing.PassAsync(application, TimeSpan.FromMinutes(1));
        Assert.Equal((DeliveryState.Pending, 0), Describe(await application.DeliveryAsync(id)));

        await application.Get<IProviders>().ResumeAsync("apns");
        await passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => (await application.DeliveryAsync(id)).State == DeliveryState.Sent,
            "the delivery"
        );
        Assert.Equal("t-ios", Assert.Single(apns.Sent).To.Value);
        Assert.Empty(fcm.Sent);
    }

    [Fact]
    public async Task The_figures_of_a_provider_are_those_of_the_last_minutes()
    {
        var time = new ManualTime();
        var durations = new Queue<double>([.. Enumerable.Repeat(10.0, 18), 400, 400]);
        var mail = new ScriptedProvider("mail", Channel.Email, _ =>
        {
            time.Advance(TimeSpan.FromMilliseconds(durations.Dequeue()));
            return durations.Count == 0 ? Outcome.Rejected("no such mailbox") : Outcome.Sent();
        });
        await using var application = await TestApplication.StartAsync(time, mail);
        for (var i = 0; i < 20; i++)
            await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email($"u{i}@example.org")));

        var activity = Assert.Single((await application.Get<IProviders>().FindAsync("mail"))!.Processes);

        Assert.Equal((19, 0, 1), (activity.Sent, activity.Retried, activity.Failed));
        Assert.InRange(activity.Latency!.P50.TotalMilliseconds, 10, 11);
        Assert.InRange(activity.Latency.P95.TotalMilliseconds, 400, 440);
        Assert.InRange(activity.Latency.P99.TotalMilliseconds, 400, 440);
        // Whoever asks in between does not make them last longer.
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Single((await application.Get<IProviders>().FindAsync("mail"))!.Processes);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty((await application.Get<IProviders>().FindAsync("mail"))!.Processes);
    }

    [Fact]
    public async Task A_process_that_sends_nothing_shows_how_providers_do_in_those_that_send()
    {
        var time = new ManualTime();
        var passing = new Passing(time);
        await using var sending = await TestApplication.StartAsync(passing.AddTo, Up("mail"));
        await using var showing = await TestApplication.StartAsync(
            builder =>
            {
                passing.AddTo(builder);
                Share(builder, sending, Workers.None);
            },
            Up("mail")
        );
        await sending.EndedDeliveryAsync(await sending.SendAsync(Recipient.Email("ada@example.org")));

        await passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => await FindProcessesAsync() is [{ Sent: 1, Latency: not null }],
            "the report of the process that sends"
        );

        // The report of a process that ended disappears.
        await sending.StopAsync();
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(await FindProcessesAsync());

        async Task<IReadOnlyList<ProviderActivity>> FindProcessesAsync() =>
            (await showing.Get<IProviders>().FindAsync("mail"))!.Processes;
    }

    [Fact]
    public async Task An_unchanged_report_is_written_only_before_it_would_no_longer_count()
    {
        var time = new ManualTime();
        var passing = new Passing(time);
        await using var sending = await TestApplication.StartAsync(time, Up("mail"));
        await using var showing = await TestApplication.StartAsync(
            time,
            builder => Share(builder, sending, Workers.None),
            Up("mail")
        );
        await sending.EndedDeliveryAsync(await sending.SendAsync(Recipient.Email("ada@example.org")));

        HashSet<DateTimeOffset> written = [];
        for (var i = 0; i < 36; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            ProviderActivity? report = null;
            await passing.WaitUntilAsync(
                async () =>
                {
                    report = (await showing.Get<IProviders>().FindAsync("mail"))!.Processes.SingleOrDefault();
                    return report is not null && time.GetUtcNow() - report.At <= TimeSpan.FromSeconds(20);
                },
                "a report that is not old"
            );
            Assert.Equal(1, report!.Sent);
            written.Add(report.At);
        }

        Assert.InRange(written.Count, 7, 10);
    }

    [Fact]
    public async Task An_unknown_provider_is_neither_paused_nor_resumed()
    {
        await using var application = await TestApplication.StartAsync(Up("mail"));
        var providers = application.Get<IProviders>();

        Assert.Null(await providers.PauseAsync("other"));
        Assert.Null(await providers.ResumeAsync("other"));
        Assert.Null(Assert.Single(await providers.ListAsync()).PausedAt);
    }

    private static ScriptedProvider Up(string name, Channel? channel = null) =>
        new(name, channel ?? Channel.Email, _ => Outcome.Sent());

    private static (DeliveryState State, int Attempts) Describe(DeliveryRecord delivery) =>
        (delivery.State, delivery.Attempts.Count);

    private static void Share(INotificationsBuilder builder, TestApplication with, Workers workers)
    {
        builder.ShareStoreWith(with.Services);
        builder.Services.Configure<NotificationsOptions>(options => options.Workers = workers);
    }

    private static List<int> ReadGauges(string provider)
    {
        List<int> read = [];
        using var listener = MetricTests.Listen("notify.provider.paused");
        listener.SetMeasurementEventCallback<int>(
            (_, value, tags, _) =>
            {
                if (tags.Contains(new("provider", provider)))
                    read.Add(value);
            }
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
