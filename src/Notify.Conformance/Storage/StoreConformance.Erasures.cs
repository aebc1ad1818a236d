using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the erasure of the data of removed users.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task An_erasure_is_listed_until_it_is_complete()
    {
        var first = new Erasure(Tenant, "användare", Now);
        var again = first with { RequestedAt = Now.AddSeconds(1) };
        var other = new Erasure(OtherTenant, "användare", Now.AddSeconds(2));

        await Store.Erasures.RequestAsync(first, Cancellation);
        await Store.Erasures.RequestAsync(other, Cancellation);
        Assert.Equal([first, other], await Store.Erasures.ListAsync(10, Cancellation));
        Assert.Equal([first], await Store.Erasures.ListAsync(1, Cancellation));

        await Store.Erasures.RequestAsync(again, Cancellation);
        await Store.Erasures.CompleteAsync([first, other], Cancellation);
        Assert.Equal([again], await Store.Erasures.ListAsync(10, Cancellation));
        await Store.Erasures.CompleteAsync([again], Cancellation);
        Assert.Empty(await Store.Erasures.ListAsync(10, Cancellation));
    }

    [Fact]
    public async Task Erasures_are_listed_in_turn_among_tenants()
    {
        Erasure[] bulk = [.. Enumerable.Range(0, 6).Select(i => new Erasure(Tenant, $"u{i}", Now.AddSeconds(i)))];
        Erasure[] others = [new(OtherTenant, "u0", Now.AddSeconds(10)), new(OtherTenant, "u1", Now.AddSeconds(11))];
        foreach (var erasure in (Erasure[])[.. bulk.Reverse(), .. others.Reverse()])
            await Store.Erasures.RequestAsync(erasure, Cancellation);

        Assert.Equal([bulk[0], others[0], bulk[1]], await Store.Erasures.ListAsync(3, Cancellation));
        Assert.Equal([bulk[0], others[0], bulk[1], others[1], .. bulk[2..]], await Store.Erasures.ListAsync(10, Cancellation));
    }

    [Fact]
    public async Task An_ended_delivery_of_an_erased_user_has_no_address_attempts_or_content()
    {
        var sample = OfUser("u");
        var delivery = sample.Delivery() with { UserId = "u", DeviceId = "phone", Topic = "clinic", CollapseKey = "ada" };
        await EnqueueAsync(sample, delivery);
        var lease = await LeaseOneAsync();
        await SettleAsync(DeadLetter(lease, Now, "550 no such user ada@example.org"));
        await Store.Receipts.AddAsync(
            Tenant,
            [new Receipt(delivery.Id, ReceiptKind.Bounced, Now) { Detail = "ada@example.org" }],
            Cancellation
        );

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));

        var record = Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));
        Assert.Equal((DeliveryState.DeadLetter, "", Erasure.Reason), (record.State, record.Delivery.To.Value, record.Reason));
        Assert.Equal(
            ("u", null, null, null),
            (record.Delivery.UserId, record.Delivery.DeviceId, record.Delivery.Topic, record.Delivery.CollapseKey)
        );
        Assert.Empty(record.Attempts);
        Assert.Empty(record.Receipts);
        await AssertHasNoContentAsync(sample);
    }

    [Fact]
    public async Task An_erased_delivery_takes_no_receipt_and_is_not_replayed()
    {
        var sample = OfUser("u");
        await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" });
        var lease = await LeaseOneAsync();
        await SettleAsync(DeadLetter(lease, Now));
        await EraseAsync(new Erasure(Tenant, "u", Now));
        var all = new DeadLetterFilter { Tenant = Tenant };

        var late = new Receipt(lease.Delivery.Id, ReceiptKind.Bounced, Now) { Detail = "ada@example.org" };
        Assert.Equal([false], await Store.Receipts.AddAsync(Tenant, [late], Cancellation));
        Assert.Empty(await FindDeadAsync(all));
        Assert.Equal(0, await Store.DeadLetters.CountAsync(all, Cancellation));
        Assert.Equal(0, await ReplayAsync(Now, 10));
        Assert.Empty(Assert.Single(await ListDeliveriesAsync(sample.Notification.Id)).Receipts);
    }

    [Fact]
    public async Task A_waiting_delivery_of_an_erased_user_is_cancelled()
    {
        var sample = OfUser("u");
        await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" });

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));

        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
        var record = Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));
        Assert.Equal(
            (DeliveryState.Cancelled, "", Erasure.Reason, null),
            (record.State, record.Delivery.To.Value, record.Reason, record.DueAt)
        );
    }

    [Fact]
    public async Task What_was_cancelled_stays_cancelled_when_its_user_is_erased()
    {
        var (sent, cancelled, waiting) = (OfUser("u"), OfUser("u"), OfUser("u"));
        await EnqueueAsync(sent, sent.Delivery() with { UserId = "u" });
        Assert.True(await SettleAsync(Sent(await LeaseOneAsync(), Now)));
        foreach (var sample in (Sample[])[cancelled, waiting])
            await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" });
        await Store.Queue.CancelAsync(Tenant, cancelled.Notification.Id, Now, Cancellation);

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));

        var progress = await CountAsync(long.MaxValue, sent, cancelled, waiting);
        Assert.All((Sample[])[cancelled, waiting], sample => Assert.True(progress[sample.Notification.Id].WasCancelled));
        Assert.Equal([(DeliveryState.Cancelled, 1L)], Sorted(progress[cancelled.Notification.Id].Deliveries!));
        Assert.Equal([(DeliveryState.Sent, 1L)], Sorted(progress[sent.Notification.Id].Deliveries!));
    }

    [Fact]
    public async Task A_leased_delivery_is_erased_once_it_has_ended()
    {
        var sample = OfUser("u");
        await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" });
        var lease = await LeaseOneAsync();
        var erasure = new Erasure(Tenant, "u", Now);

        Assert.Equal([erasure], await EraseAsync(erasure));
        Assert.NotEqual("", Assert.Single(await ListDeliveriesAsync(sample.Notification.Id)).Delivery.To.Value);

        Assert.True(await SettleAsync(Sent(lease, Now)));
        Assert.Empty(await EraseAsync(erasure));
        var record = Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));
        Assert.Equal((DeliveryState.Sent, ""), (record.State, record.Delivery.To.Value));
    }

    [Fact]
    public async Task An_erasure_leaves_what_belongs_to_others()
    {
        var shared = new Sample(Tenant, Now);
        var elsewhere = new Sample(OtherTenant, Now);
        var later = new Sample(Tenant, Now.AddSeconds(1));
        await EnqueueAsync(
            shared,
            shared.Delivery() with
            {
                UserId = "u",
            },
            shared.Delivery() with
            {
                UserId = "v",
            },
            shared.Delivery()
        );
        await EnqueueAsync(elsewhere, elsewhere.Delivery() with { UserId = "u" });
        await EnqueueAsync(later, later.Delivery() with { UserId = "u" });

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));

        var records = await ListDeliveriesAsync(shared.Notification.Id);
        Assert.Equal(["u"], records.Where(record => record.Delivery.To.Value == "").Select(record => record.Delivery.UserId));
        Assert.Equal(4, (await LeaseAsync(Now.AddSeconds(1))).Count);
        await AssertHasContentAsync(shared);
    }

    [Fact]
    public async Task Content_is_erased_with_the_last_of_its_recipients()
    {
        var sample = OfUser("u", Recipient.User("v"));
        await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" }, sample.Delivery() with { UserId = "v" });

        await EraseAsync(new Erasure(Tenant, "u", Now));
        await AssertHasContentAsync(sample);

        await EraseAsync(new Erasure(Tenant, "v", Now));
        await AssertHasNoContentAsync(sample);
    }

    [Fact]
    public async Task A_direct_address_that_is_the_erased_one_is_removed_from_the_trigger()
    {
        var sample = OfUser("u", Recipient.Email("Ada@EXAMPLE.org"), Recipient.Email("bo@example.org"));
        var ofUser = sample.Delivery() with { UserId = "u", To = new Address(Channel.Email, "ada@example.org") };
        await EnqueueAsync(sample, ofUser, sample.Delivery() with { To = new Address(Channel.Email, "bo@example.org") });

        await EraseAsync(new Erasure(Tenant, "u", Now));

        var notification = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation);
        Assert.Equal([Recipient.User("u"), Recipient.Email("bo@example.org")], notification!.Trigger.To);
        Assert.NotNull(notification.Trigger.Data);
    }

    [Fact]
    public async Task Content_of_a_broadcast_stays_while_subscribers_are_left_to_notify()
    {
        var sample = new Sample(Tenant, Now) { Expansions = [new NewExpansion("news", 2, Now)] };
        await EnqueueAsync(sample, sample.Delivery() with { UserId = "u", Topic = "news" });

        await EraseAsync(new Erasure(Tenant, "u", Now));

        Assert.Equal("", Assert.Single(await ListDeliveriesAsync(sample.Notification.Id)).Delivery.To.Value);
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        Same.As(sample.Notification.Contents, lease.Notification.Contents);
    }

    [Fact]
    public async Task Events_of_an_erased_user_are_removed_from_their_digests()
    {
        var erased = await CollectAsync(Event(0), Event(1, category: "news"));
        var other = Event(2, user: "v");
        await CollectAsync(other);
        var lost = (await LeaseDigestsAsync(Now)).First(lease => lease.Key.Recipient == Event(0).Key.Recipient);

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));

        Assert.False(await CloseAsync(lost, CreateSample().Request()));
        Assert.Equal(other.Id, Assert.Single(Assert.Single(await LeaseDigestsAsync(LeaseEnd)).Events).Id);
        Assert.All(await ListCollectedAsync(erased), one =>
            Assert.Equal((CollectedState.Cancelled, Erasure.Reason), (one.State, one.Reason))
        );
        await AssertHasNoContentAsync(erased);
    }

    [Fact]
    public async Task An_event_that_was_summed_up_keeps_its_state_when_it_is_erased()
    {
        var collected = await CollectAsync(Event(0));
        var lease = Assert.Single(await LeaseDigestsAsync(Now));
        Assert.True(await CloseAsync(lease, CreateSample().Request()));

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));

        var record = Assert.Single(await ListCollectedAsync(collected));
        Assert.Equal((CollectedState.Summarized, Erasure.Reason), (record.State, record.Reason));
        await AssertHasNoContentAsync(collected);
    }

    [Fact]
    public async Task An_erasure_goes_through_the_store_in_batches_and_can_be_repeated()
    {
        var samples = new List<Sample>();
        for (var number = 0; number < 7; number++)
        {
            var sample = OfUser("u");
            await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" }, sample.Delivery() with { UserId = "v" });
            samples.Add(sample);
        }

        // A process that is killed after the first batch; the next one starts again.
        var batch = new ErasureBatch
        {
            Erasures = [new Erasure(Tenant, "u", Now)],
            After = Guid.Empty,
            Limit = 3,
            Now = Now,
        };
        Assert.NotNull((await Store.Erasures.EraseDeliveriesAsync(batch, Cancellation)).Next);
        Assert.Empty(await EraseAsync(batch.Erasures[0], limit: 3));
        var once = await ReadAllAsync();
        Assert.Empty(await EraseAsync(batch.Erasures[0], limit: 100));

        Assert.All(once, records => Assert.Single(records, record => record.Delivery.To.Value == ""));
        Same.As(once, await ReadAllAsync());

        async Task<List<IReadOnlyList<DeliveryRecord>>> ReadAllAsync()
        {
            var all = new List<IReadOnlyList<DeliveryRecord>>();
            foreach (var sample in samples)
                all.Add(await ListDeliveriesAsync(sample.Notification.Id));
            return all;
        }
    }

    private Sample OfUser(string user, params Recipient[] others)
    {
        var sample = new Sample(Tenant, Now);
        var trigger = sample.Notification.Trigger with
        {
            To = RecipientList.Create([Recipient.User(user), .. others]),
            Data = new { secret = "a" },
        };
        return new Sample(Tenant, Now) { Notification = sample.Notification with { Trigger = trigger } };
    }

    private async Task AssertHasContentAsync(Sample sample)
    {
        var notification = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation);
        Same.As(sample.Notification.Contents, notification!.Contents);
        Same.As(sample.Notification.Trigger with { Content = null }, notification.Trigger with { Content = null });
    }

    private async Task AssertHasNoContentAsync(Sample sample)
    {
        var notification = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation);
        Assert.Null(notification!.Trigger.Content);
        Assert.Null(notification.Trigger.Data);
        Assert.All(notification.Contents, variant => Same.As(new Content(), variant.Content));
        foreach (var record in await ListDeliveriesAsync(sample.Notification.Id))
            Same.As(new Content(), record.Delivery.Content);
    }

    private async Task<IReadOnlyCollection<Erasure>> EraseAsync(Erasure erasure, int limit = 100)
    {
        var busy = new HashSet<Erasure>();
        await PassAsync(Store.Erasures.EraseDeliveriesAsync);
        await PassAsync(Store.Erasures.EraseEventsAsync);
        return busy;

        async Task PassAsync(Func<ErasureBatch, CancellationToken, ValueTask<ErasureStep>> erase)
        {
            for (Guid? after = Guid.Empty; after is not null; )
            {
                var step = await erase(
                    new ErasureBatch
                    {
                        Erasures = [erasure],
                        After = after.Value,
                        Limit = limit,
                        Now = Now,
                    },
                    Cancellation
                );
                busy.UnionWith(step.Busy);
                after = step.Next;
            }
        }
    }
}
