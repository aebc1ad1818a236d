using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests digests, which collect events and send them as one summary.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Every_field_of_a_collected_event_is_stored()
    {
        var recipient = Recipient.PushToken("tökén", Platform.Ios);
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To = recipient,
            Template = "summary ☀",
            Data = new { Number = 42, Name = "山田" },
            Category = "news",
            Priority = Priority.High,
            Digest = new Digest { Window = TimeSpan.FromHours(1) },
        };
        var collected = new DigestEvent
        {
            Id = Guid.CreateVersion7(Now),
            NotificationId = Guid.Empty,
            Recipient = recipient,
            Trigger = trigger,
            TemplateVersion = 7,
            DueAt = Now.AddHours(1),
        };

        var sample = await CollectAsync(collected);

        var lease = Assert.Single(await LeaseDigestsAsync(Now.AddHours(1)));
        Assert.Equal(collected.Key, lease.Key);
        Assert.Equal(0, lease.Failures);
        var kept = Assert.Single(lease.Events);
        Assert.Equal(
            (collected.Id, sample.Notification.Id, recipient, 7),
            (kept.Id, kept.NotificationId, kept.Recipient, kept.TemplateVersion)
        );
        Same.As(trigger, kept.Trigger);
    }

    [Fact]
    public async Task A_digest_is_due_when_its_first_event_is_and_contains_all_events_in_order()
    {
        DigestEvent[] events = [Event(0, dueIn: 60), Event(1, dueIn: 90), Event(2, dueIn: 5)];
        foreach (var collected in events)
            await CollectAsync(collected);

        Assert.Empty(await LeaseDigestsAsync(Now.AddSeconds(60).AddMilliseconds(-1)));
        var lease = Assert.Single(await LeaseDigestsAsync(Now.AddSeconds(60)));

        Assert.Equal(events.Select(collected => collected.Id), lease.Events.Select(collected => collected.Id));
    }

    [Fact]
    public async Task Each_recipient_template_category_priority_and_kind_of_a_tenant_has_its_own_digest()
    {
        await CollectAsync(Event(0), Event(1, user: "v"), Event(2, template: "other"), Event(3));
        await CollectAsync(Event(4, category: "news"), Event(5, category: "News"), Event(6, priority: Priority.High));
        await CollectAsync(Event(7, category: "news"), Event(8, category: "news", priority: Priority.High));
        await CollectAsync(Event(9, tenant: OtherTenant));
        await CollectAsync(Event(10, kind: ApiKeyKind.Test), Event(11, kind: ApiKeyKind.Team), Event(12, kind: ApiKeyKind.Test));

        var leases = await LeaseDigestsAsync(Now);

        Assert.Equal(
            new Dictionary<DigestKey, int>
            {
                [Event(0).Key] = 2,
                [Event(0, user: "v").Key] = 1,
                [Event(0, template: "other").Key] = 1,
                [Event(0, category: "news").Key] = 2,
                [Event(0, category: "News").Key] = 1,
                [Event(0, priority: Priority.High).Key] = 1,
                [Event(0, category: "news", priority: Priority.High).Key] = 1,
                [Event(0, tenant: OtherTenant).Key] = 1,
                [Event(0, kind: ApiKeyKind.Test).Key] = 2,
                [Event(0, kind: ApiKeyKind.Team).Key] = 1,
            },
            leases.ToDictionary(lease => lease.Key, lease => lease.Events.Count)
        );
    }

    [Fact]
    public async Task Each_schedule_and_key_has_its_own_digest()
    {
        var hour = new Digest { Window = TimeSpan.FromHours(1) };
        Digest[] digests =
        [
            hour,
            new() { Window = TimeSpan.FromHours(2) },
            new() { Cron = "0 8 * * *" },
            new() { Cron = "0 9 * * *" },
            hour with
            {
                Key = "order",
            },
            hour with
            {
                Key = "Order",
            },
        ];
        foreach (var round in (int[])[0, 1])
        {
            for (var i = 0; i < digests.Length; i++)
                await CollectAsync(Event(round, dueIn: i, digest: digests[i]));
        }

        for (var i = 0; i < digests.Length; i++)
        {
            var lease = Assert.Single(await LeaseDigestsAsync(Now.AddSeconds(i)));
            Assert.Equal(digests[i], lease.Key.Digest);
            Assert.Equal([digests[i], digests[i]], lease.Events.Select(collected => collected.Trigger.Digest));
            Assert.True(await CloseAsync(lease, CreateSample().Request()));
        }
    }

    [Fact]
    public async Task An_event_keeps_the_topic_through_which_it_came()
    {
        var collected = Event(0);
        collected = collected with { Trigger = collected.Trigger with { To = [collected.Recipient, Recipient.Topic("näws")] } };
        await CollectAsync(collected);

        var kept = Assert.Single(Assert.Single(await LeaseDigestsAsync(Now)).Events);

        Assert.Equal((collected.Recipient, "näws", "u"), (kept.Recipient, kept.Topic, kept.UserId));
        Assert.Equal(collected.Key, kept.Key);
    }

    [Fact]
    public async Task A_digest_is_leased_by_one_worker_until_the_end_of_its_lease()
    {
        await CollectAsync(Event(0));
        var lost = Assert.Single(await LeaseDigestsAsync(Now));

        Assert.Empty(await LeaseDigestsAsync(LeaseEnd.AddMilliseconds(-1)));
        var held = Assert.Single(await LeaseDigestsAsync(LeaseEnd));

        Assert.True(held.Fence > lost.Fence);
    }

    [Fact]
    public async Task Closing_a_digest_stores_its_summary_and_links_it_to_its_events()
    {
        var first = await CollectAsync(Event(0));
        var second = await CollectAsync(Event(1));
        var summary = CreateSample();
        var delivery = summary.Delivery();
        var lease = Assert.Single(await LeaseDigestsAsync(Now));

        Assert.True(await CloseAsync(lease, summary.Request(delivery)));

        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, summary.Notification.Id, Cancellation));
        Assert.Equal(delivery.Id, (await LeaseOneAsync()).Delivery.Id);
        Assert.Empty(await LeaseDigestsAsync(Now.AddYears(1)));
        var events = await Store.Digests.ListAsync(Tenant, summary.Notification.Id, true, 10, Cancellation);
        Assert.Equal([first.Notification.Id, second.Notification.Id], events.Select(one => one.NotificationId));
        Assert.Equal(
            new CollectedEvent
            {
                Id = lease.Events[0].Id,
                NotificationId = first.Notification.Id,
                DigestId = lease.Key.ToId(),
                UserId = "u",
                State = CollectedState.Summarized,
                SummaryId = summary.Notification.Id,
            },
            Assert.Single(await ListCollectedAsync(first))
        );
        Assert.Single(await Store.Digests.ListAsync(Tenant, summary.Notification.Id, true, 1, Cancellation));
        Assert.Empty(await Store.Digests.ListAsync(OtherTenant, summary.Notification.Id, true, 10, Cancellation));
        Assert.Empty(await Store.Digests.ListAsync(OtherTenant, first.Notification.Id, false, 10, Cancellation));
    }

    [Fact]
    public async Task A_waiting_event_is_listed_with_its_notification()
    {
        var collected = Event(0, dueIn: 60);
        var sample = await CollectAsync(collected);

        Assert.Equal(
            new CollectedEvent
            {
                Id = collected.Id,
                NotificationId = sample.Notification.Id,
                DigestId = collected.Key.ToId(),
                UserId = "u",
                State = CollectedState.Waiting,
            },
            Assert.Single(await ListCollectedAsync(sample))
        );
    }

    [Fact]
    public async Task A_lost_lease_of_a_digest_stores_nothing()
    {
        await CollectAsync(Event(0));
        var lost = Assert.Single(await LeaseDigestsAsync(Now));
        var held = Assert.Single(await LeaseDigestsAsync(LeaseEnd));
        var late = CreateSample();

        Assert.False(await CloseAsync(lost, late.Request(late.Delivery())));
        Assert.False(await Store.Digests.FailAsync(lost, Now, Cancellation));

        Assert.Null(await Store.Notifications.FindAsync(Tenant, late.Notification.Id, Cancellation));
        Assert.True(await CloseAsync(held, CreateSample().Request()));
        Assert.False(await CloseAsync(held, CreateSample().Request()));
    }

    [Fact]
    public async Task Events_that_arrive_while_a_digest_is_closed_wait_for_the_next_digest()
    {
        await CollectAsync(Event(0));
        var lease = Assert.Single(await LeaseDigestsAsync(Now));
        var meanwhile = Event(1);
        await CollectAsync(meanwhile);

        Assert.True(await CloseAsync(lease, CreateSample().Request(), nextDueAt: Now.AddHours(1)));

        Assert.False(await CloseAsync(lease, CreateSample().Request()));
        Assert.Empty(await LeaseDigestsAsync(Now.AddHours(1).AddMilliseconds(-1)));
        Assert.Equal(meanwhile.Id, Assert.Single(Assert.Single(await LeaseDigestsAsync(Now.AddHours(1))).Events).Id);
    }

    [Fact]
    public async Task A_digest_can_be_closed_with_some_of_its_events()
    {
        DigestEvent[] events = [Event(0), Event(1), Event(2)];
        foreach (var collected in events)
            await CollectAsync(collected);
        var lease = Assert.Single(await LeaseDigestsAsync(Now));

        Assert.True(await CloseAsync(lease with { Events = [lease.Events[0], lease.Events[2]] }, CreateSample().Request(), Now));

        Assert.Equal(events[1].Id, Assert.Single(Assert.Single(await LeaseDigestsAsync(Now)).Events).Id);
    }

    [Fact]
    public async Task A_digest_that_ends_without_a_summary_records_the_reason()
    {
        var sample = await CollectAsync(Event(0));
        var lease = Assert.Single(await LeaseDigestsAsync(Now));

        Assert.True(
            await Store.Digests.CloseAsync(
                new DigestClosing(lease, CollectedState.DeadLetter, Now) { Reason = "data.näme is missing" },
                Cancellation
            )
        );

        Assert.Empty(await LeaseDigestsAsync(Now.AddYears(1)));
        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
        var ended = Assert.Single(await ListCollectedAsync(sample));
        Assert.Equal((CollectedState.DeadLetter, null, "data.näme is missing"), (ended.State, ended.SummaryId, ended.Reason));
    }

    [Fact]
    public async Task A_failed_digest_is_due_again_and_its_failures_are_counted()
    {
        await CollectAsync(Event(0));
        var first = Assert.Single(await LeaseDigestsAsync(Now));

        Assert.True(await Store.Digests.FailAsync(first, Now.AddSeconds(10), Cancellation));

        Assert.False(await CloseAsync(first, CreateSample().Request()));
        Assert.Empty(await LeaseDigestsAsync(Now.AddSeconds(10).AddMilliseconds(-1)));
        var second = Assert.Single(await LeaseDigestsAsync(Now.AddSeconds(10)));
        Assert.Equal(1, second.Failures);
        Assert.True(await Store.Digests.FailAsync(second, Now.AddSeconds(20), Cancellation));
        var third = Assert.Single(await LeaseDigestsAsync(Now.AddSeconds(20)));
        Assert.Equal(2, third.Failures);
        await CollectAsync(Event(1));
        Assert.True(await CloseAsync(third, CreateSample().Request(), Now.AddSeconds(30)));
        Assert.Equal(0, Assert.Single(await LeaseDigestsAsync(Now.AddSeconds(30))).Failures);
    }

    [Fact]
    public async Task Cancelling_a_notification_removes_its_events_from_open_digests()
    {
        var cancelled = await CollectAsync(Event(0), Event(1, user: "v"));
        var other = Event(2);
        await CollectAsync(other);

        Assert.Equal((0, 0L, 0L, 2L), await CancelCollectedAsync(cancelled));

        Assert.Equal(other.Id, Assert.Single(Assert.Single(await LeaseDigestsAsync(Now.AddYears(1))).Events).Id);
        Assert.All(await ListCollectedAsync(cancelled), one =>
            Assert.Equal((CollectedState.Cancelled, "cancelled"), (one.State, one.Reason))
        );
        Assert.Equal((0, 0L, 2L, 0L), await CancelCollectedAsync(cancelled));
    }

    [Fact]
    public async Task An_event_that_is_cancelled_during_a_lease_is_not_summarized()
    {
        var cancelled = await CollectAsync(Event(0));
        var other = Event(1);
        await CollectAsync(other);
        var lost = Assert.Single(await LeaseDigestsAsync(Now));

        Assert.Equal(1, (await CancelCollectedAsync(cancelled)).Collected);

        Assert.False(await CloseAsync(lost, CreateSample().Request()));
        var held = Assert.Single(await LeaseDigestsAsync(LeaseEnd));
        Assert.Equal(other.Id, Assert.Single(held.Events).Id);
        Assert.True(await CloseAsync(held, CreateSample().Request()));
        Assert.Equal(CollectedState.Cancelled, Assert.Single(await ListCollectedAsync(cancelled)).State);
    }

    [Fact]
    public async Task A_summarized_event_cannot_be_cancelled()
    {
        var sample = await CollectAsync(Event(0));
        Assert.True(await CloseAsync(Assert.Single(await LeaseDigestsAsync(Now)), CreateSample().Request()));

        Assert.Equal((0, 0L, 1L, 0L), await CancelCollectedAsync(sample));

        Assert.Equal(CollectedState.Summarized, Assert.Single(await ListCollectedAsync(sample)).State);
    }

    [Fact]
    public async Task Tenants_take_turns_when_digests_are_leased()
    {
        for (var number = 0; number < 20; number++)
            await CollectAsync(Event(number, user: $"u{number}"));
        await CollectAsync(Event(0, dueIn: 5, tenant: OtherTenant), Event(1, dueIn: 4, user: "v", tenant: OtherTenant));
        var at = Now.AddSeconds(10);
        var request = new DueRequest(Worker, at, at.AddMinutes(2)) { MaxPerTenant = 2 };

        var leases = await Store.Digests.LeaseAsync(request, Cancellation);

        Assert.Equal([Tenant, Tenant, OtherTenant, OtherTenant], leases.Select(lease => lease.Tenant).Order());
        var rest = await Store.Digests.LeaseAsync(request with { MaxPerTenant = 100 }, Cancellation);
        Assert.Equal(18, rest.Count(lease => lease.Tenant == Tenant));
    }

    [Fact]
    public async Task A_duplicate_request_collects_nothing()
    {
        var claim = new IdempotencyClaim("key", new byte[32], Now.AddHours(24));
        await EnqueueAsync(AddEvents(new Sample(Tenant, Now) { Idempotency = claim }, Event(0)));
        await EnqueueAsync(AddEvents(new Sample(Tenant, Now) { Idempotency = claim }, Event(1)));

        Assert.Single(Assert.Single(await LeaseDigestsAsync(Now)).Events);
    }

    [Fact]
    public async Task An_expansion_stores_the_events_that_it_collects()
    {
        var sample = await BeginAsync(new NewExpansion("news", 1, Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        var collected = Event(0) with { NotificationId = sample.Notification.Id };
        var step = new ExpansionStep
        {
            Lease = lease,
            Cursor = "u",
            Done = 1,
            IsComplete = true,
            At = Now,
            Until = LeaseEnd,
            Deliveries = [],
            Digests = [collected],
        };

        Assert.True(await Store.Expansions.AdvanceAsync(step, Cancellation));
        Assert.False(await Store.Expansions.AdvanceAsync(step with { Digests = [Event(1)] }, Cancellation));

        Assert.Single(Assert.Single(await LeaseDigestsAsync(Now)).Events);
        Assert.Equal(1, (await CancelCollectedAsync(sample)).Collected);
    }

    private DigestEvent Event(
        int number,
        int dueIn = 0,
        string user = "u",
        string template = "summary",
        string? category = null,
        Priority priority = Priority.Normal,
        string tenant = Tenant,
        Digest? digest = null,
        ApiKeyKind kind = ApiKeyKind.Live
    )
    {
        var trigger = new Trigger
        {
            Digest = digest,
            Kind = kind,
            Tenant = tenant,
            To = Recipient.User(user),
            Template = template,
            Category = category,
            Priority = priority,
        };
        return new DigestEvent
        {
            Id = Guid.CreateVersion7(Now.AddMilliseconds(number)),
            NotificationId = Guid.Empty,
            Recipient = Recipient.User(user),
            Trigger = trigger,
            TemplateVersion = 1,
            DueAt = Now.AddSeconds(dueIn),
        };
    }

    private async Task<Sample> CollectAsync(params DigestEvent[] events)
    {
        var sample = AddEvents(new Sample(events[0].Trigger.Tenant, Now), events);
        await EnqueueAsync(sample);
        return sample;
    }

    private static Sample AddEvents(Sample sample, params DigestEvent[] events) =>
        new(sample.Notification.Tenant, sample.Notification.AcceptedAt)
        {
            Notification = sample.Notification,
            Idempotency = sample.Idempotency,
            Digests = [.. events.Select(collected => collected with { NotificationId = sample.Notification.Id })],
        };

    private async Task<IReadOnlyList<DigestLease>> LeaseDigestsAsync(DateTimeOffset at) =>
        await Store.Digests.LeaseAsync(new DueRequest(Worker, at, at + (LeaseEnd - Now)), Cancellation);

    private async Task<bool> CloseAsync(DigestLease lease, EnqueueRequest summary, DateTimeOffset? nextDueAt = null) =>
        await Store.Digests.CloseAsync(
            new DigestClosing(lease, CollectedState.Summarized, nextDueAt ?? Now.AddHours(1)) { Summary = summary },
            Cancellation
        );

    private async Task<IReadOnlyList<CollectedEvent>> ListCollectedAsync(Sample sample) =>
        await Store.Digests.ListAsync(Tenant, sample.Notification.Id, false, 10, Cancellation);

    private async Task<(long Cancelled, long InFlight, long Ended, long Collected)> CancelCollectedAsync(Sample sample)
    {
        var cancellation = await Store.Queue.CancelAsync(Tenant, sample.Notification.Id, Now, Cancellation);
        Assert.NotNull(cancellation);
        return (cancellation.Cancelled, cancellation.InFlight, cancellation.Ended, cancellation.Collected);
    }
}
