using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of the automatic deletion of old and expired data.</summary>
public sealed class RetentionTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task What_is_older_than_the_retention_goes_by_itself_and_what_waits_stays()
    {
        await using var application = await StartAsync(TimeSpan.FromHours(2));
        var sent = await application.SendAsync(Recipient.Email("ada@example.org"));
        await application.EndedDeliveryAsync(sent);
        var waiting = await application.SendAsync(
            TestApplication.Say(Recipient.Email("ada@example.org")) with
            {
                SendAt = _time.GetUtcNow().AddHours(3),
            }
        );
        await PassAsync(() => CountedAsync(application, 1));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(await FindAsync(application, sent));

        await PassAsync(async () => await FindAsync(application, sent) is null);
        Assert.Single(await application.DeliveriesAsync(waiting));

        _time.Advance(TimeSpan.FromHours(1));
        await PassAsync(async () => await FindAsync(application, waiting) is null);

        // Counts are purged by whole days.
        _time.Jump(TimeSpan.FromDays(1));
        await PassAsync(() => CountedAsync(application, 0));
    }

    [Fact]
    public async Task By_default_notifications_are_kept_for_30_days_and_counts_for_a_year()
    {
        var store = new RecordingStore();
        await using var application = await StartAsync(store);

        await PassAsync(() => Task.FromResult(store.Calls.Contains("notifications")));

        var before = store.Calls.Zip(store.Before).DistinctBy(call => call.First).ToDictionary();
        var start = _time.GetUtcNow().AddMinutes(-10);
        Assert.InRange(before["notifications"], start.AddDays(-30), _time.GetUtcNow().AddDays(-30));
        Assert.InRange(before["counts"], start.AddDays(-366), _time.GetUtcNow().AddDays(-365));
        Assert.Equal(TimeSpan.Zero, before["counts"].TimeOfDay);
    }

    [Fact]
    public async Task Audit_records_go_after_90_days()
    {
        await using var application = await StartAsync(new RecordingStore());
        var log = application.Get<IAuditLog>();
        var now = _time.GetUtcNow();
        // More than the worker removes in one transaction.
        for (var i = 0; i < 600; i++)
            await log.WriteAsync(CreateRecord(now.AddDays(-91).AddMilliseconds(i)));
        var kept = CreateRecord(now.AddDays(-89));
        await log.WriteAsync(kept);

        await PassAsync(async () => (await log.ListAsync(new AuditQuery { Tenant = "acme" })).Items.Count == 1);

        Assert.Equal(kept.Id, Assert.Single((await log.ListAsync(new AuditQuery { Tenant = "acme" })).Items).Id);

        static AuditRecord CreateRecord(DateTimeOffset at) =>
            new()
            {
                Id = Guid.CreateVersion7(at),
                At = at,
                Tenant = "acme",
                Actor = new AuditActor(AuditActorKind.Anonymous),
                Action = "saveTemplate",
                Outcome = AuditOutcome.Succeeded,
            };
    }

    [Fact]
    public async Task Counts_outlive_the_notifications_that_they_count()
    {
        await using var application = await StartAsync(TimeSpan.FromHours(2), countRetention: TimeSpan.FromDays(365));
        var sent = await application.SendAsync(Recipient.Email("ada@example.org"));
        await application.EndedDeliveryAsync(sent);
        await PassAsync(() => CountedAsync(application, 1));

        _time.Advance(TimeSpan.FromHours(3));
        await PassAsync(async () => await FindAsync(application, sent) is null);

        Assert.True(await CountedAsync(application, 1));
        _time.Jump(TimeSpan.FromDays(366));
        await PassAsync(() => CountedAsync(application, 0));
    }

    [Fact]
    public async Task Without_a_retention_only_what_has_expired_is_purged()
    {
        var store = new RecordingStore();
        await using var application = await StartAsync(retention: null, configure: builder =>
            builder.Services.AddSingleton<IRetentionStore>(store)
        );

        await PassAsync(() => Task.FromResult(store.Calls.Count >= 2));

        Assert.Equal(["keys", "permits"], store.Calls.Distinct());
        Assert.All(store.Before, before => Assert.True(before <= _time.GetUtcNow()));
    }

    [Fact]
    public async Task A_store_that_fails_is_told_again_a_minute_later()
    {
        var store = new RecordingStore { Fails = true };
        await using var application = await StartAsync(TimeSpan.FromHours(1), configure: builder =>
            builder.Services.AddSingleton<IRetentionStore>(store)
        );

        await PassAsync(() => Task.FromResult(store.Calls.Count >= 2));
        store.Fails = false;

        await PassAsync(() => Task.FromResult(store.Calls.Contains("notifications")));
    }

    [Fact]
    public async Task A_process_that_does_other_work_purges_nothing()
    {
        await using var sender = await StartAsync(TimeSpan.FromHours(2), Workers.All & ~Workers.Retention);
        var id = await sender.SendAsync(Recipient.Email("ada@example.org"));
        await sender.EndedDeliveryAsync(id);

        _time.Advance(TimeSpan.FromHours(5));
        Assert.NotNull(await FindAsync(sender, id));

        await using var batch = await StartAsync(TimeSpan.FromHours(2), Workers.Retention, sender);
        await PassAsync(async () => await FindAsync(sender, id) is null);
    }

    private Task<TestApplication> StartAsync(
        TimeSpan? retention,
        Workers workers = Workers.All,
        TestApplication? store = null,
        Action<INotificationsBuilder>? configure = null,
        TimeSpan? countRetention = null
    ) =>
        TestApplication.StartAsync(
            _time,
            builder =>
            {
                builder.Services.Configure<NotificationsOptions>(options =>
                    (options.Retention, options.CountRetention, options.Workers) = (
                        retention,
                        countRetention ?? retention,
                        workers
                    )
                );
                if (store is not null)
                    builder.ShareStoreWith(store.Services);
                configure?.Invoke(builder);
            },
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );

    private Task<TestApplication> StartAsync(RecordingStore store) =>
        TestApplication.StartAsync(
            _time,
            builder => builder.Services.AddSingleton<IRetentionStore>(store),
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );

    /// <summary>Lets minutes pass until it is so.</summary>
    private Task PassAsync(Func<Task<bool>> isSo) =>
        Eventually.TrueAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(20));
                return await isSo();
            },
            "a purge"
        );

    private static async Task<Notification?> FindAsync(TestApplication application, Guid id) =>
        await application.Get<INotificationStore>().FindAsync(Trigger.DefaultTenant, id, CancellationToken.None);

    private async Task<bool> CountedAsync(TestApplication application, int kinds)
    {
        var counts = await application
            .Get<IAnalyticsStore>()
            .SumAsync(
                new AnalyticsFilter
                {
                    Tenant = Trigger.DefaultTenant,
                    From = DateTimeOffset.MinValue,
                    To = _time.GetUtcNow().AddDays(1),
                    Resolution = AnalyticsResolution.Minute,
                    Measures = [AnalyticsMeasure.Sent],
                },
                CancellationToken.None
            );
        return counts.Count == kinds;
    }

    private sealed class RecordingStore : IRetentionStore
    {
        public ConcurrentQueue<string> Calls { get; } = [];

        public ConcurrentQueue<DateTimeOffset> Before { get; } = [];

        public bool Fails { get; set; }

        public ValueTask<long> PurgeNotificationsAsync(
            DateTimeOffset acceptedBefore,
            int most,
            CancellationToken cancellationToken
        ) => Record("notifications", acceptedBefore);

        public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
            Record("keys", now);

        public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
            Record("permits", takenBefore);

        public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
            Record("counts", before);

        private ValueTask<long> Record(string call, DateTimeOffset before)
        {
            Calls.Enqueue(call);
            Before.Enqueue(before);
            return Fails ? throw new InvalidOperationException("The store is away.") : new(0);
        }
    }
}
