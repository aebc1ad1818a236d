using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class LaneTests
{
    private readonly ConcurrentQueue<(Delivery Delivery, TaskCompletionSource<Outcome> Answer)> _inFlight = new();
    private readonly ScriptedProvider _mail;

    public LaneTests() => _mail = new ScriptedProvider("mail", Channel.Email, (delivery, _) =>
        {
            var answer = new TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            _inFlight.Enqueue((delivery, answer));
            return new ValueTask<Outcome>(answer.Task);
        });

    [Fact]
    public async Task High_priority_overtakes_a_backlog_in_bulk()
    {
        await using var application = await StartAsync(concurrency: 8);
        await SendAsync(application, Priority.Bulk, 200);
        await Eventually.TrueAsync(() => _inFlight.Count == 6, "bulk to take the slots it may have");

        await SendAsync(application, Priority.High, 1);

        await Eventually.TrueAsync(
            () => _mail.Sent.Any(delivery => delivery.Priority == Priority.High),
            "high priority while bulk hangs"
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public async Task Bulk_is_served_regularly_while_high_priority_has_a_backlog(int concurrency)
    {
        await using var application = await StartAsync(concurrency);
        await SendAsync(application, Priority.High, concurrency);
        await Eventually.TrueAsync(() => _inFlight.Count == concurrency, "high priority to fill every slot");
        await SendAsync(application, Priority.High, 400);
        await SendAsync(application, Priority.Bulk, 40);

        await AnswerOneByOneAsync(200);

        var served = _mail.Sent.Select(delivery => delivery.Priority).ToArray();
        Assert.InRange(served.Count(lane => lane == Priority.Bulk), 2, 40);
        Assert.True(served.Count(lane => lane == Priority.High) > served.Length * 3 / 4, "High priority does not weigh more.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_few_slots_there_are_every_lanes_backlog_is_sent(int concurrency)
    {
        await using var application = await StartAsync(concurrency);
        foreach (var lane in new[] { Priority.Bulk, Priority.Normal, Priority.High })
            await SendAsync(application, lane, 10);

        await AnswerOneByOneAsync(30);

        Assert.Equal(30, _mail.Sent.Select(delivery => delivery.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_tenant_with_thousands_due_does_not_delay_anothers_first()
    {
        await using var application = await StartAsync(concurrency: 4);
        await SendAsync(application, Priority.Normal, 3_000, "loud");
        await Eventually.TrueAsync(() => _inFlight.Count == 3, "the loud tenant to fill the slots");
        await SendAsync(application, Priority.Normal, 5, "quiet");

        await AnswerOneByOneAsync(20);

        Assert.Equal(5, _mail.Sent.Count(delivery => delivery.Tenant == "quiet"));
    }

    [Fact]
    public async Task A_hanging_provider_does_not_delay_another_of_the_same_channel()
    {
        var other = new ScriptedProvider("other", Channel.Push, _ => Outcome.Sent());
        var hanging = new ScriptedProvider("hanging", Channel.Push, (_, _) =>
            new ValueTask<Outcome>(new TaskCompletionSource<Outcome>().Task)
        );
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder
                    .Services.Configure<ChannelOptions>("push", options =>
                    {
                        options.PlatformProviders[Platform.Ios.Name] = ["hanging"];
                        options.PlatformProviders[Platform.Android.Name] = ["other"];
                    })
                    .Configure<NotificationsOptions>(options =>
                    {
                        options.MaxConcurrencyPerProvider = 4;
                        options.DrainTimeout = TimeSpan.Zero;
                    }),
            hanging,
            other
        );

        for (var i = 0; i < 100; i++)
            await application.SendAsync([
                Recipient.PushToken($"ios-{i}", Platform.Ios),
                Recipient.PushToken($"android-{i}", Platform.Android),
            ]);

        await Eventually.TrueAsync(() => other.Sent.Count == 100, "the healthy provider to send everything");
        Assert.InRange(hanging.Sent.Count, 1, 4);
    }

    [Fact]
    public async Task The_process_holds_no_more_than_its_slots_of_ten_thousand_that_are_due()
    {
        const int Due = 10_000;
        const int Slots = 32;
        var (held, most) = (0, 0);
        var mail = new ScriptedProvider("mail", Channel.Email, async (_, _) =>
        {
            await Task.Yield();
            return Outcome.Sent();
        });
        var time = new ManualTime();
        await using var application = await TestApplication.StartAsync(
            time,
            builder =>
                builder
                    .UseInMemory()
                    .Services.Configure<NotificationsOptions>(options => options.MaxConcurrencyPerProvider = Slots)
                    .Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                    {
                        Leased = leases => most = Math.Max(most, Interlocked.Add(ref held, leases.Count)),
                        Settling = settlements =>
                        {
                            Interlocked.Add(ref held, -settlements.Count);
                            return Task.CompletedTask;
                        },
                    }),
            mail
        );
        for (var i = 0; i < Due / 1_000; i++)
        {
            var batch = i;
            RecipientList to = [.. Enumerable.Range(0, 1_000).Select(j => Recipient.Email($"u{batch}-{j}@example.org"))];
            await application.SendAsync(TestApplication.Say(to) with { SendAt = time.GetUtcNow().AddSeconds(1) });
        }

        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => mail.Sent.Count == Due, "everything to be sent");
        Assert.InRange(most, 1, Slots);
    }

    private Task<TestApplication> StartAsync(int concurrency) =>
        TestApplication.StartAsync(
            builder =>
                builder.Services.Configure<NotificationsOptions>(options =>
                {
                    options.MaxConcurrencyPerProvider = concurrency;
                    options.DrainTimeout = TimeSpan.Zero;
                }),
            _mail
        );

    private static async Task SendAsync(
        TestApplication application,
        Priority priority,
        int count,
        string tenant = Trigger.DefaultTenant
    )
    {
        for (var sent = 0; sent < count; sent += 1_000)
        {
            RecipientList to =
            [
                .. Enumerable.Range(sent, Math.Min(1_000, count - sent)).Select(i => Recipient.Email($"u{i}@example.org")),
            ];
            await application.SendAsync(TestApplication.Say(to) with { Priority = priority, Tenant = tenant });
        }
    }

    private async Task AnswerOneByOneAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Eventually.TrueAsync(() => !_inFlight.IsEmpty, "the next attempt");
            Assert.True(_inFlight.TryDequeue(out var attempt));
            attempt.Answer.SetResult(Outcome.Sent());
        }
    }
}
