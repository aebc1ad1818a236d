using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>The overall status of a notification, in its timeline and in lists.</summary>
public sealed class StatusTests
{
    private const string Tenant = Trigger.DefaultTenant;

    private readonly ManualTime _time = new();
    private Outcome _outcome = Outcome.Sent();

    [Fact]
    public async Task A_sent_notification_is_completed_although_another_recipient_failed()
    {
        await using var application = await StartAsync();
        _outcome = Outcome.Rejected("no");
        var failed = await application.SendAsync(Recipient.Email("a@example.org"));
        await application.EndedDeliveriesAsync(failed);
        await AssertAsync(application, failed, NotificationStatus.Failed);

        _outcome = Outcome.Sent();
        var sent = await application.SendAsync([Recipient.Email("a@example.org"), Recipient.Email("A@example.org")]);
        await application.EndedDeliveriesAsync(sent);
        await AssertAsync(application, sent, NotificationStatus.Completed);
    }

    [Fact]
    public async Task A_scheduled_notification_becomes_due_and_then_ends()
    {
        await using var application = await StartAsync();
        var trigger = TestApplication.Say(Recipient.Email("a@example.org"));
        var now = _time.GetUtcNow();
        var fixedTime = await application.SendAsync(trigger with { SendAt = now.AddHours(1) });
        var localTime = await application.SendAsync(trigger with { SendAtLocal = now.UtcDateTime.AddHours(15) });

        await AssertAsync(application, fixedTime, NotificationStatus.Scheduled);
        await AssertAsync(application, localTime, NotificationStatus.Scheduled);

        // From now on it could be that time somewhere.
        _time.Advance(TimeSpan.FromMinutes(61));
        await application.EndedDeliveriesAsync(fixedTime);
        await AssertAsync(application, fixedTime, NotificationStatus.Completed);
        await AssertAsync(application, localTime, NotificationStatus.InProgress);

        Assert.NotNull(await application.Notifier.CancelAsync(Tenant, localTime));
        await AssertAsync(application, localTime, NotificationStatus.Cancelled);
    }

    [Fact]
    public async Task A_notification_that_waits_for_a_retry_is_in_progress()
    {
        await using var application = await StartAsync();
        _outcome = Outcome.Retry("later", TimeSpan.FromHours(1));
        var id = await application.SendAsync(Recipient.Email("a@example.org"));

        await application.AttemptedAsync(id, 1);

        await AssertAsync(application, id, NotificationStatus.InProgress);
    }

    [Fact]
    public async Task A_notification_that_no_recipient_can_get_has_nothing_to_send()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await application.Directory.SubscribeAsync(Tenant, "empty", ["ada"]);
        await application.Directory.UnsubscribeAsync(Tenant, "empty", ["ada"]);

        var user = await application.SendAsync(Recipient.User("ada"));
        var topic = await application.SendAsync(Recipient.Topic("empty"));

        await AssertAsync(application, user, NotificationStatus.NothingToSend);
        await AssertAsync(application, topic, NotificationStatus.NothingToSend);
    }

    [Fact]
    public async Task An_event_in_a_digest_is_scheduled_until_the_digest_is_sent()
    {
        await using var application = await StartAsync();
        await application.Templates.SaveAsync(
            new Template { Name = "news", Variants = [new TemplateVariant { Title = "{{ count }} news" }] }
        );
        var trigger = new Trigger
        {
            To = Recipient.Email("a@example.org"),
            Template = "news",
            Digest = new Digest { Window = TimeSpan.FromHours(1) },
        };
        var summarized = await application.SendAsync(trigger);
        var cancelled = await application.SendAsync(trigger with { To = Recipient.Email("b@example.org") });

        await AssertAsync(application, summarized, NotificationStatus.Scheduled);
        await application.Notifier.CancelAsync(Tenant, cancelled);
        await AssertAsync(application, cancelled, NotificationStatus.Cancelled);

        _time.Advance(TimeSpan.FromHours(2));
        await Eventually.TrueAsync(
            async () =>
            {
                // An engine that read the clock before it moved sets its timer afterwards.
                _time.Advance(TimeSpan.FromMinutes(1));
                return (await FindAsync(application, summarized)).Status == NotificationStatus.Completed;
            },
            "the digest"
        );
    }

    [Fact]
    public async Task A_list_is_filtered_by_status_page_by_page()
    {
        await using var application = await StartAsync();
        var completed = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            completed.Add(await application.SendAsync(Recipient.Email($"a{i}@example.org")));
            await application.SendAsync(
                TestApplication.Say(Recipient.Email("b@example.org")) with
                {
                    SendAt = _time.GetUtcNow().AddDays(1),
                }
            );
            await application.EndedDeliveriesAsync(completed[^1]);
        }

        var queries = application.Get<INotificationQueries>();
        var query = new NotificationQuery { Tenant = Tenant, Status = NotificationStatus.Completed };
        var found = new List<Guid>();
        for (string? after = ""; after is not null; )
        {
            var page = await queries.ListAsync(query, new PageRequest { After = after, Limit = 2 });
            Assert.All(page.Items, one => Assert.Equal(NotificationStatus.Completed, one.Status));
            found.AddRange(page.Items.Select(one => one.Id));
            after = page.Next;
        }

        Assert.Equal(completed.OrderDescending(), found);
        foreach (var wrong in new[] { NotificationStatus.Unknown, (NotificationStatus)99 })
            Assert.Equal("status", Assert.Single(queries.Validate(query with { Status = wrong })).Field);
    }

    [Fact]
    public async Task A_list_counts_in_one_query_for_a_page_and_leaves_out_large_broadcasts()
    {
        CountingStore? counting = null;
        await using var application = await TestApplication.StartAsync(
            _time,
            builder => builder.UseInMemory().Decorate<INotificationStore>((_, inner) => counting = new CountingStore(inner)),
            CreateProvider()
        );
        await application.Directory.SubscribeAsync(Tenant, "news", [.. Enumerable.Range(0, 5_001).Select(i => $"u{i:0000}")]);
        var large = await application.SendAsync(Recipient.Topic("news"));
        await Eventually.TrueAsync(
            async () => (await FindAsync(application, large)).Status == NotificationStatus.NothingToSend,
            "the broadcast"
        );
        for (var i = 0; i < 5; i++)
            await application.SendAsync(Recipient.Email($"a{i}@example.org"));

        var before = counting!.Counts;
        var page = await application.Get<INotificationQueries>().ListAsync(new NotificationQuery { Tenant = Tenant });

        Assert.Equal(1, counting.Counts - before);
        Assert.Equal(6, page.Items.Count);
        Assert.Null(page.Items.Single(one => one.Id == large).Status);
        Assert.Equal(5, page.Items.Count(one => one.Status is not null));
    }

    private Task<TestApplication> StartAsync() => TestApplication.StartAsync(_time, CreateProvider());

    private ScriptedProvider CreateProvider() => new("mail", Channel.Email, _ => _outcome);

    private static async Task<NotificationTimeline> FindAsync(TestApplication application, Guid id) =>
        (await application.Get<INotificationQueries>().FindAsync(Tenant, id))!;

    // The timeline and the list must agree.
    private static async Task AssertAsync(TestApplication application, Guid id, NotificationStatus expected)
    {
        Assert.Equal(expected, (await FindAsync(application, id)).Status);
        var list = await application.Get<INotificationQueries>().ListAsync(new NotificationQuery { Tenant = Tenant });
        Assert.Equal(expected, list.Items.Single(one => one.Id == id).Status);
    }

    private sealed class CountingStore(INotificationStore inner) : INotificationStore
    {
        public int Counts { get; private set; }

        public ValueTask<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
            string tenant,
            IReadOnlyCollection<Guid> notificationIds,
            long maxSubscribers,
            CancellationToken cancellationToken
        )
        {
            Counts++;
            return inner.CountAsync(tenant, notificationIds, maxSubscribers, cancellationToken);
        }

        public ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
            inner.FindAsync(tenant, id, cancellationToken);

        public ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
            inner.FindDeliveryAsync(tenant, id, cancellationToken);

        public ValueTask<KeyHolder?> FindKeyAsync(
            string tenant,
            string key,
            DateTimeOffset now,
            CancellationToken cancellationToken
        ) => inner.FindKeyAsync(tenant, key, now, cancellationToken);

        public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
            string tenant,
            Guid notificationId,
            Guid? after,
            int limit,
            CancellationToken cancellationToken
        ) => inner.ListDeliveriesAsync(tenant, notificationId, after, limit, cancellationToken);

        public ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
            NotificationFilter filter,
            Guid? before,
            int limit,
            CancellationToken cancellationToken
        ) => inner.ListAsync(filter, before, limit, cancellationToken);
    }
}
