using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Client.Tests.Management;

/// <summary>Notifications, dead letters, broadcasts, figures, events and receipts.</summary>
public abstract class NotificationFacts(ManagementFixture fixture, bool isRemote) : ManagementFacts(fixture, isRemote)
{
    private INotificationQueries Queries => Get<INotificationQueries>();

    [Fact]
    public async Task A_notification_is_found_with_its_deliveries()
    {
        var id = await TriggerAsync("ada@example.org");
        var timeline = await WaitAsync(id, NotificationStatus.Completed);

        var delivery = Assert.Single(timeline.Deliveries.Items);
        Assert.Equal((DeliveryState.Sent, id), (delivery.State, delivery.Delivery.NotificationId));
        Assert.Equal(new Address(Channel.Email, "ada@example.org"), delivery.Delivery.To);
        Assert.Equal(OutcomeKind.Sent, Assert.Single(delivery.Attempts).Outcome);
        Assert.Equal(1, timeline.Counts[DeliveryState.Sent]);
        Assert.Equal("order/1", timeline.Notification.Trigger.Reference);
        Assert.Equal(["a"], timeline.Notification.Trigger.Tags);
        Assert.Null(await Queries.FindAsync(Tenant, Guid.NewGuid()));
    }

    [Fact]
    public async Task Notifications_are_listed_by_their_labels()
    {
        var first = await TriggerAsync("ada@example.org");
        var second = await TriggerAsync("bob@example.org");
        await WaitAsync(first, NotificationStatus.Completed);
        await WaitAsync(second, NotificationStatus.Completed);
        var query = new NotificationQuery
        {
            Tenant = Tenant,
            Reference = "order/1",
            Status = NotificationStatus.Completed,
            Priority = Priority.Normal,
            Channel = Channel.Email,
            From = DateTimeOffset.UtcNow.AddHours(-1),
        };

        var page = await Queries.ListAsync(query, new PageRequest { Limit = 1 });
        var next = await Queries.ListAsync(query, new PageRequest { Limit = 1, After = page.Next! });
        var none = await Queries.ListAsync(query with { Tag = "b" });

        Assert.Equal([second, first], [Assert.Single(page.Items).Id, Assert.Single(next.Items).Id]);
        Assert.Null(next.Next);
        Assert.Empty(none.Items);
        Assert.Empty((await Queries.ListAsync(query with { Channel = Channel.Sms })).Items);
        var addressed = await Queries.ListAsync(query with { Address = "Ada@example.org" });
        Assert.Equal(first, Assert.Single(addressed.Items).Id);
    }

    [Fact]
    public async Task Dead_letters_are_listed_counted_and_replayed()
    {
        Service.Pager.Rejects = true;
        var id = (await Get<INotifier>().TriggerAsync(Create(Recipient.Address(Pager.Paging, "ada")))).Id;
        await WaitAsync(id, NotificationStatus.Failed);
        Service.Pager.Rejects = false;
        var all = new DeadLetterFilter { Tenant = Tenant };

        var letter = Assert.Single((await Queries.ListDeadLettersAsync(all)).Items);
        var filter = all with { Ids = [letter.Delivery.Id, Guid.NewGuid()] };
        var dry = await Queries.ReplayDeadLettersAsync(new DeadLetterReplay { Filter = filter, DryRun = true });
        var count = await Queries.CountDeadLettersAsync(filter);
        var replayed = await Queries.ReplayDeadLettersAsync(new DeadLetterReplay { Filter = filter });

        Assert.Equal(
            (id, DeliveryState.DeadLetter, true, true),
            (letter.Delivery.NotificationId, letter.State, letter.Reason is not null, letter.EndedAt is not null)
        );
        Assert.Equal(
            ["after invalid"],
            await FindFieldsAsync(() => Queries.ListDeadLettersAsync(all, new PageRequest { After = $"{letter.Delivery.Id}" }))
        );
        Assert.Equal((1, 1, 1), (dry.Count, count, replayed.Count));
        await WaitAsync(id, NotificationStatus.Completed);
        Assert.Equal(
            ["all required"],
            await FindFieldsAsync(() => Queries.ReplayDeadLettersAsync(new DeadLetterReplay { Filter = all }))
        );
    }

    [Fact]
    public async Task A_broadcast_is_paused_and_resumed()
    {
        await Get<IRecipients>().SubscribeAsync(Tenant, "news", ["ada"]);
        var result = await Get<INotifier>()
            .TriggerAsync(Create(Recipient.Topic("news")) with { SendAt = DateTimeOffset.UtcNow.AddHours(1) });
        var broadcasts = Get<IBroadcasts>();

        var paused = await broadcasts.PauseAsync(Tenant, result.Id);
        var resumed = await broadcasts.ResumeAsync(Tenant, result.Id);
        var direct = await TriggerAsync("ada@example.org");

        Assert.Equal((result.Id, true), (paused!.Id, paused.PausedAt is not null || paused.HasEnded));
        Assert.Null(resumed!.PausedAt);
        Assert.Equal("news", Assert.Single(resumed.Expansions).Topic);
        Assert.Null(await broadcasts.FindAsync(Tenant, direct));
        Assert.Null(await broadcasts.PauseAsync(Tenant, Guid.NewGuid()));
    }

    [Fact]
    public async Task Figures_are_summed_by_name()
    {
        var id = await TriggerAsync("ada@example.org");
        await WaitAsync(id, NotificationStatus.Completed);
        var query = new AnalyticsQuery
        {
            Tenant = Tenant,
            Resolution = AnalyticsResolution.Minute,
            GroupBy = AnalyticsDimensions.Channel | AnalyticsDimensions.Provider,
        };

        AnalyticsResult? figures = null;
        await Eventually.TrueAsync(
            async () => (figures = await Get<IAnalytics>().QueryAsync(query)).Rows.Any(row => row.Sent == 1),
            "the figures"
        );
        var counts = await Queries.CountDeliveriesAsync(new DeliveryCountQuery { Tenant = Tenant });

        var row = figures!.Rows.Single(row => row.Channel == Channel.Email);
        Assert.Equal((1L, "sandbox-email", (string?)null), (row.Sent, row.Provider, row.Template));
        Assert.Equal(1, counts.Counts.Single(count => count.State == DeliveryState.Sent).Count);
        Assert.Equal(
            ["from out_of_range"],
            await FindFieldsAsync(() => Get<IAnalytics>().QueryAsync(query with { From = DateTimeOffset.UtcNow.AddDays(1) }))
        );
    }

    [Fact]
    public async Task Events_are_watched_and_continue_behind_a_position()
    {
        using var ended = new CancellationTokenSource();
        var watch = new EventWatch { Tenant = Tenant, Types = ["notification.*"] };
        var events = Get<IEventFeed>().WatchAsync(watch, ended.Token).GetAsyncEnumerator(ended.Token);
        Assert.True(await events.MoveNextAsync());
        var start = events.Current;

        var id = await TriggerAsync("ada@example.org");
        Assert.True(await events.MoveNextAsync());
        var first = events.Current;
        await TriggerAsync("bob@example.org");
        Assert.True(await events.MoveNextAsync());
        var second = events.Current;

        Assert.Null(start.Event);
        var accepted = Assert.IsType<NotificationAcceptedData>(first.Event!.Data);
        Assert.Equal((id, first.Event.Id), (accepted.NotificationId, first.Position));
        var again = Get<IEventFeed>()
            .WatchAsync(watch with { After = first.Position }, ended.Token)
            .GetAsyncEnumerator(ended.Token);
        Assert.True(await again.MoveNextAsync());
        while (again.Current.Event is null)
            Assert.True(await again.MoveNextAsync());
        Assert.Equal(second.Position, again.Current.Position);
        await ended.CancelAsync();
        // An event that has arrived already is still returned.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadToEndAsync(events));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadToEndAsync(again));

        static async Task ReadToEndAsync(IAsyncEnumerator<WatchedEvent> events)
        {
            while (await events.MoveNextAsync()) { }
        }
    }

    [Fact]
    public async Task Receipts_are_added_to_their_deliveries()
    {
        var id = await TriggerAsync("ada@example.org");
        var delivery = (await WaitAsync(id, NotificationStatus.Completed)).Deliveries.Items[0].Delivery.Id;
        var at = DateTimeOffset.UtcNow.AddSeconds(-1);
        var unknown = Guid.NewGuid();

        var added = await Get<IReceipts>()
            .AddAsync(Tenant, [new Receipt(delivery, ReceiptKind.Opened, at), new Receipt(unknown, ReceiptKind.Opened, at)]);

        Assert.Equal((1, unknown), (added.Kept, Assert.Single(added.Unknown)));
        var timeline = await Queries.FindAsync(Tenant, id);
        Assert.Equal(ReceiptKind.Opened, Assert.Single(timeline!.Deliveries.Items[0].Receipts).Kind);
    }

    private async Task<Guid> TriggerAsync(string address)
    {
        var result = await Get<INotifier>().TriggerAsync(Create(Recipient.Email(address)));
        return result.Id;
    }

    private async Task<NotificationTimeline> WaitAsync(Guid id, NotificationStatus status)
    {
        NotificationTimeline? timeline = null;
        await Eventually.TrueAsync(
            async () => (timeline = await Queries.FindAsync(Tenant, id))!.Status == status,
            $"the status {status}"
        );
        return timeline!;
    }

    private Trigger Create(Recipient to) =>
        new()
        {
            Tenant = Tenant,
            To = to,
            Content = new Content { Title = "t", Body = "b" },
            Reference = "order/1",
            Tags = ["a"],
        };
}

/// <summary>The notifications of an application that embeds Notify.</summary>
public sealed class EmbeddedNotificationTests(ManagementFixture fixture) : NotificationFacts(fixture, isRemote: false);

/// <summary>The notifications of a service.</summary>
public sealed class RemoteNotificationTests(ManagementFixture fixture) : NotificationFacts(fixture, isRemote: true);
