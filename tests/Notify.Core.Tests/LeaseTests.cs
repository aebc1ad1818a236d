using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class LeaseTests
{
    /// <summary>The owner of leases that the test itself takes, in place of another process.</summary>
    private const string Other = "other";

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly TaskCompletionSource<Outcome> _answer = new();

    public LeaseTests() => _passing = new Passing(_time, leaseDuration: TimeSpan.FromMinutes(2));

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task A_clock_that_jumps_an_hour_repeats_no_attempt_that_is_in_flight_and_loses_nothing(int minutes)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, (_, _) => new ValueTask<Outcome>(_answer.Task));
        await using var application = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                // The longest that the lease allows. An attempt must not time out while the test lets time pass.
                builder.Services.Configure<NotificationsOptions>(options => options.AttemptTimeout = TimeSpan.FromMinutes(1));
            },
            mail
        );
        var inFlight = await application.SendAsync(Recipient.Email("ada@example.org"));
        var waiting = await application.SendAsync(
            TestApplication.Say(Recipient.Email("eve@example.org")) with
            {
                SendAt = _time.GetUtcNow().AddMinutes(1),
            }
        );
        await Eventually.TrueAsync(() => mail.Sent.Count == 1, "the attempt");

        _time.SetUtcNow(_time.GetUtcNow().AddMinutes(minutes));
        await _passing.PassAsync(application, TimeSpan.Zero);
        await _passing.PassAsync(application, TimeSpan.Zero);
        Assert.Single(mail.Sent, delivery => delivery.NotificationId == inFlight);
        _answer.SetResult(Outcome.Sent());

        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(inFlight)).State);
        // In steps from when it may be due: a lease that is taken in the middle of a jump would be too short for an attempt.
        await _passing.PassAsync(application, TimeSpan.FromMinutes(60));
        var late = await _passing.EndedDeliveryAsync(application, waiting, TimeSpan.FromMilliseconds(250));
        Assert.Equal(DeliveryState.Sent, late.State);
        Assert.Equal(2, mail.Sent.Count);
    }

    [Fact]
    public async Task What_is_triggered_while_the_store_is_asked_for_work_is_sent_without_it()
    {
        const int Triggers = 64;
        TaskCompletionSource asked = new(),
            answered = new();
        var mail = new ScriptedProvider("mail", Channel.Email, (_, _) => new ValueTask<Outcome>(_answer.Task));
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder
                    .UseInMemory()
                    .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                    {
                        Leasing = _ =>
                        {
                            asked.TrySetResult();
                            return answered.Task;
                        },
                    }),
            mail
        );
        await asked.Task;

        for (var i = 0; i < Triggers; i++)
            await application.SendAsync(Recipient.Email($"{i}@example.org"));

        try
        {
            await Eventually.TrueAsync(() => mail.Sent.Count == Triggers, "all to be on their way");
        }
        finally
        {
            _answer.SetResult(Outcome.Sent());
            answered.SetResult();
        }
    }

    [Fact]
    public async Task A_store_that_does_not_take_the_answer_is_asked_again_and_the_message_is_not_sent_twice()
    {
        var failures = 3;
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder
                    .UseInMemory()
                    .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                    {
                        Settling = _ =>
                            Interlocked.Decrement(ref failures) >= 0
                                ? Task.FromException(new InvalidOperationException("the database is away"))
                                : Task.CompletedTask,
                    }),
            mail
        );

        var ended = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));

        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Single(mail.Sent);
    }

    [Fact]
    public async Task A_store_that_cannot_be_leased_from_is_asked_again()
    {
        var failures = 3;
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder
                    .UseInMemory()
                    .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                    {
                        Leasing = _ =>
                            Interlocked.Decrement(ref failures) >= 0
                                ? Task.FromException(new InvalidOperationException("the database is away"))
                                : Task.CompletedTask,
                    }),
            mail
        );

        var id = await application.SendAsync(
            TestApplication.Say(Recipient.Email("ada@example.org")) with
            {
                SendAt = TimeProvider.System.GetUtcNow().AddMilliseconds(50),
            }
        );

        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(id)).State);
    }

    [Fact]
    public async Task A_lease_that_ran_out_before_its_attempt_began_is_left_to_others()
    {
        var late = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        using var first = TestApplication.Compose(_passing.AddTo, late);
        var id = (
            await first
                .Services.GetRequiredService<INotifier>()
                .TriggerAsync(TestApplication.Say(Recipient.Email("ada@example.org")))
        ).Id;
        _time.Advance(TimeSpan.FromMinutes(3));

        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var second = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.ShareStoreWith(first.Services);
            },
            mail
        );
        await _passing.PassAsync(second, TimeSpan.FromSeconds(1));
        await second.EndedDeliveryAsync(id);
        await first.StartAsync();
        var marker = (
            await first
                .Services.GetRequiredService<INotifier>()
                .TriggerAsync(TestApplication.Say(Recipient.Email("eve@example.org")))
        ).Id;
        await second.EndedDeliveryAsync(marker);
        await first.StopAsync();

        Assert.Single(mail.Sent.Concat(late.Sent), delivery => delivery.NotificationId == id);
    }

    /// <summary>The commit was done at once, but its answer took longer than the lease that it stored.</summary>
    [Fact]
    public async Task A_lease_whose_commit_was_answered_after_its_end_is_not_used()
    {
        var committed = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        var late = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var first = await TestApplication.StartAsync(
            _time,
            builder => AddQueue(builder, () => committed.TrySetResult() ? answer.Task : Task.CompletedTask),
            late
        );
        var triggering = first.SendAsync(Recipient.Email("ada@example.org"));
        await committed.Task;
        await LoseLeaseAsync(first);

        answer.SetResult();
        await AssertNotSentAsync(first, await triggering, late);
    }

    /// <summary>An email with tracked links needs the tenant's settings, and the store took longer than the lease.</summary>
    [Fact]
    public async Task A_lease_that_ended_while_its_message_was_prepared_is_not_used()
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        var late = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var first = await TestApplication.StartAsync(
            _time,
            builder =>
            {
                builder.AddTracking(options =>
                    (options.Url, options.Key) = (new Uri("https://track.example/"), new string('k', 32))
                );
                AddQueue(builder, () => Task.CompletedTask);
                builder.Services.Decorate<IDocumentStore>(documents => new DocumentProbe(documents)
                {
                    Finding = key => key.Collection == "tracking" && asked.TrySetResult() ? answer.Task : Task.CompletedTask,
                });
            },
            late
        );
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org"));
        var id = await first.SendAsync(trigger with { Content = trigger.Content! with { Html = "<p>Hello</p>" } });
        await asked.Task;
        await LoseLeaseAsync(first);

        answer.SetResult();
        await AssertNotSentAsync(first, id, late);
    }

    // The application stores deliveries with their lease held. It can neither lease what is due nor renew a lease.
    private static void AddQueue(INotificationsBuilder builder, Func<Task> answer) =>
        builder
            .UseInMemory()
            .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
            {
                Answering = answer,
                Leasing = request => request.Owner == Other ? Task.CompletedTask : Away(),
                Renewing = _ => Away(),
            });

    private static Task Away() => Task.FromException(new InvalidOperationException("the database is away"));

    // The lease ends, and another process takes the delivery.
    private async Task LoseLeaseAsync(TestApplication application)
    {
        _time.Advance(TimeSpan.FromMinutes(3));
        var now = _time.GetUtcNow();
        var request = new LeaseRequest
        {
            Owner = Other,
            Now = now,
            Until = now.AddMinutes(2),
            Slots = [new LeaseSlots(Priority.Normal, "mail", 1)],
        };
        Assert.Single(await application.Get<IDeliveryQueue>().LeaseAsync(request, TestContext.Current.CancellationToken));
    }

    // The application has noticed that the lease is lost when it has sent the next notification.
    private static async Task AssertNotSentAsync(TestApplication application, Guid id, ScriptedProvider provider)
    {
        var next = await application.SendAsync(Recipient.Email("eve@example.org"));
        await application.EndedDeliveryAsync(next);
        Assert.Equal(next, Assert.Single(provider.Sent).NotificationId);
        Assert.Equal(DeliveryState.Pending, (await application.DeliveryAsync(id)).State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Shutdown_ends_what_is_in_flight_and_leaves_the_rest_for_another_process_at_once(int failures)
    {
        // No other timer is due after this time.
        var drain = TimeSpan.FromSeconds(123);
        var mail = new ScriptedProvider("mail", Channel.Email, (_, _) => new ValueTask<Outcome>(_answer.Task));
        await using var first = await TestApplication.StartAsync(
            builder =>
            {
                TestApplication.OnManualTime(builder, _time);
                builder.Services.Configure<NotificationsOptions>(options =>
                    (options.MaxConcurrencyPerProvider, options.DrainTimeout) = (1, drain)
                );
                builder
                    .UseInMemory()
                    .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                    {
                        Settling = _ =>
                            Interlocked.Decrement(ref failures) >= 0
                                ? Task.FromException(new InvalidOperationException("the database is away"))
                                : Task.CompletedTask,
                    });
            },
            mail
        );
        var inFlight = await first.SendAsync(Recipient.Email("ada@example.org"));
        await Eventually.TrueAsync(() => mail.Sent.Count == 1, "the attempt");
        var waiting = await first.SendAsync(Recipient.Email("eve@example.org"));

        var stopping = first.StopAsync();
        await Eventually.TrueAsync(
            () => _time.HasTimerDueIn(drain),
            "the worker to take nothing more and to wait for the attempt"
        );
        Assert.False(stopping.IsCompleted);
        _answer.SetResult(Outcome.Sent());
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return stopping.IsCompleted;
            },
            "the shutdown"
        );

        Assert.Equal(DeliveryState.Sent, (await first.EndedDeliveryAsync(inFlight)).State);
        var other = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var second = await TestApplication.StartAsync(
            _time,
            builder => builder.ShareStoreWith(first.Services),
            other
        );
        await second.EndedDeliveryAsync(waiting);
        Assert.Single(other.Sent);
    }
}
