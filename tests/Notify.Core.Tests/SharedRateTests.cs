using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Rates that several processes keep together, by a count outside of them.</summary>
public sealed class SharedRateTests
{
    private const double PerSecond = 20;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly Count _count;

    public SharedRateTests()
    {
        _passing = new Passing(_time);
        _count = new Count(_time);
    }

    [Fact]
    public async Task Processes_keep_a_providers_rate_together()
    {
        var mail = Accepting("mail", Channel.Email);
        await using var here = await StartAsync(LimitProvider, mail);
        await using var there = await StartAsync(LimitProvider, mail);
        var started = _time.GetUtcNow();
        for (var i = 0; i < 100; i++)
            await (i % 2 == 0 ? here : there).SendAsync(Recipient.Email($"u{i}@example.org"));

        await _passing.UntilAsync(
            Step,
            () =>
            {
                Assert.InRange(mail.Sent.Count, 0, PerSecond * (1 + (_time.GetUtcNow() - started).TotalSeconds));
                return mail.Sent.Count == 100;
            },
            "everything to be sent"
        );

        Assert.Equal(["provider:mail"], _count.Limits);
    }

    [Fact]
    public async Task Processes_keep_a_tenants_rate_together_and_no_other_tenant_waits()
    {
        var mail = Accepting("mail", Channel.Email);
        await using var here = await StartAsync(LimitTenants, mail);
        await using var there = await StartAsync(LimitTenants, mail);
        var started = _time.GetUtcNow();
        for (var i = 0; i < 60; i++)
            await (i % 2 == 0 ? here : there).SendAsync(
                TestApplication.Say(Recipient.Email($"u{i}@example.org")) with
                {
                    Tenant = "loud",
                }
            );
        await here.SendAsync(TestApplication.Say(Recipient.Email("ada@example.org")) with { Tenant = "quiet" });

        await _passing.UntilAsync(
            Step,
            () =>
            {
                Assert.InRange(GetSent("loud"), 0, PerSecond * (1 + (_time.GetUtcNow() - started).TotalSeconds));
                return GetSent("loud") == 60 && GetSent("quiet") == 1;
            },
            "everything to be sent"
        );

        int GetSent(string tenant) => mail.Sent.Count(delivery => delivery.Tenant == tenant);
    }

    [Fact]
    public async Task Nothing_waits_for_a_count_that_is_slow_to_answer_but_what_it_limits()
    {
        var (mail, sms) = (Accepting("mail", Channel.Email), Accepting("sms", Channel.Sms));
        var mayAnswer = new TaskCompletionSource();
        _count.BeforeAnswer = () => mayAnswer.Task;
        await using var application = await StartAsync(LimitProvider, mail, sms);

        await application.SendAsync(Recipient.Email("ada@example.org"));
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone("+46701234567")));
        Assert.Empty(mail.Sent);
        mayAnswer.SetResult();

        await _passing.UntilAsync(Step, () => mail.Sent.Count == 1, "what waited for its permit");
    }

    [Fact]
    public async Task A_count_that_fails_is_asked_again()
    {
        var mail = Accepting("mail", Channel.Email);
        var failures = 3;
        _count.BeforeAnswer = () => Interlocked.Decrement(ref failures) >= 0 ? throw new IOException("away") : Task.CompletedTask;
        await using var application = await StartAsync(LimitProvider, mail);

        await application.SendAsync(Recipient.Email("ada@example.org"));

        await _passing.UntilAsync(Step, () => mail.Sent.Count == 1, "what waited for its permit");
    }

    [Fact]
    public async Task What_is_not_needed_is_given_back_and_an_idle_process_asks_once_a_poll_at_most()
    {
        var mail = Accepting("mail", Channel.Email);
        await using var application = await StartAsync(LimitProvider, mail);
        for (var i = 0; i < 10; i++)
            await application.SendAsync(Recipient.Email($"u{i}@example.org"));
        await _passing.UntilAsync(Step, () => mail.Sent.Count == 10, "everything to be sent");

        var (asked, polls) = (_count.Asked, 20);
        for (var i = 0; i < polls; i++)
            await _passing.PassAsync(application, TimeSpan.Zero);
        await _passing.UntilAsync(Step, () => _count.Out == 10, "every permit that was not used to come back");

        // In the two seconds of a pulse there are two polls, and one more look after it was sent.
        Assert.InRange(_count.Asked - asked, 0, (int)(_time.GetUtcNow() - _count.StartedAt).TotalSeconds * 2);
    }

    private static ScriptedProvider Accepting(string name, Channel channel) => new(name, channel, _ => Outcome.Sent());

    private static void LimitProvider(INotificationsBuilder builder) =>
        builder.Services.Configure<ProviderOptions>("mail", options => options.MaxPerSecond = PerSecond);

    private static void LimitTenants(INotificationsBuilder builder) =>
        builder.Services.Configure<NotificationsOptions>(options => options.MaxPerSecondPerTenant = PerSecond);

    private Task<TestApplication> StartAsync(Action<INotificationsBuilder> configure, params IDeliveryProvider[] providers) =>
        TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.Services.AddSingleton<ISharedRateLimits>(_count);
                configure(builder);
            },
            providers
        );

    /// <summary>The plainest count: one bucket for each limit.</summary>
    private sealed class Count(ManualTime time) : ISharedRateLimits
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, (double Permits, long At)> _buckets = [];
        private int _asked;
        private int _out;

        public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

        public Func<Task>? BeforeAnswer { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        /// <summary>How many permits were taken and did not come back.</summary>
        public int Out => Volatile.Read(ref _out);

        public IReadOnlyCollection<string> Limits
        {
            get
            {
                lock (_lock)
                    return [.. _buckets.Keys];
            }
        }

        public async ValueTask<TakenPermits> TakeAsync(
            string limit,
            double perSecond,
            int wanted,
            CancellationToken cancellationToken
        )
        {
            Interlocked.Increment(ref _asked);
            if (BeforeAnswer is { } wait)
                await wait();
            return new TakenPermits(Change(limit, perSecond, permits => -Math.Min(wanted, (int)permits)), 0);
        }

        public ValueTask GiveBackAsync(string limit, double perSecond, int unused, CancellationToken cancellationToken)
        {
            Change(limit, perSecond, _ => unused);
            return ValueTask.CompletedTask;
        }

        private int Change(string limit, double perSecond, Func<double, int> by)
        {
            lock (_lock)
            {
                var now = time.GetTimestamp();
                var (permits, at) = _buckets.GetValueOrDefault(limit, (perSecond, now));
                permits = Math.Min(perSecond, permits + (perSecond * time.GetElapsedTime(at, now).TotalSeconds));
                var change = by(permits);
                _buckets[limit] = (permits + change, now);
                _out -= change;
                return -change;
            }
        }
    }
}
