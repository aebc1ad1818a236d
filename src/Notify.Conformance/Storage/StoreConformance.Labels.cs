using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests lists of notifications by their labels: references, cancellation keys and tags.</summary>
public abstract partial class StoreConformance
{
    private static readonly NotificationFilter All = new() { Tenant = Tenant };

    [Fact]
    public async Task Notifications_are_found_by_each_label_and_by_several()
    {
        var ids = await EnqueueLabelledAsync(
            (Tenant, "a", "k", ["x", "y"]),
            (Tenant, "a", null, ["y"]),
            (Tenant, "b", "a", ["a"]),
            (Tenant, null, "k", ["X", "x\u0301"]),
            (Tenant, null, null, null),
            (OtherTenant, "a", "k", ["x", "y"])
        );

        (NotificationFilter Filter, int[] Expected)[] cases =
        [
            (All with { Reference = "a" }, [1, 0]),
            (All with { Reference = "A" }, []),
            (All with { CancellationKey = "k" }, [3, 0]),
            (All with { CancellationKey = "a" }, [2]),
            (All with { Tag = "y" }, [1, 0]),
            (All with { Tag = "x" }, [0]),
            (All with { Tag = "a" }, [2]),
            (All with { Reference = "a", Tag = "x" }, [0]),
            (All with { Reference = "a", CancellationKey = "k", Tag = "y" }, [0]),
            (All with { Reference = "b", CancellationKey = "k" }, []),
            (All with { Tag = "y", From = Now.AddSeconds(1) }, [1]),
            (All with { Tag = "y", To = Now.AddSeconds(1) }, [0]),
            (All with { Tenant = OtherTenant, Reference = "a" }, [5]),
            (All, [4, 3, 2, 1, 0]),
        ];
        foreach (var (filter, expected) in cases)
        {
            var listed = await Store.Notifications.ListAsync(filter, null, 10, Cancellation);
            Assert.True(
                expected.Select(i => ids[i]).SequenceEqual(listed.Select(notification => notification.Id)),
                $"{filter}: {string.Join(", ", listed.Select(notification => Array.IndexOf(ids, notification.Id)))}"
            );
        }
    }

    [Fact]
    public async Task Labelled_notifications_are_listed_page_by_page_newest_first()
    {
        var ids = await EnqueueLabelledAsync([
            .. Enumerable
                .Range(0, 7)
                .Select(i => (Tenant, (string?)(i % 2 == 0 ? "even" : "odd"), (string?)null, (IReadOnlyList<string>?)["all"])),
        ]);

        foreach (
            var (filter, expected) in ((NotificationFilter, int[])[])
                [(All with { Reference = "even" }, [6, 4, 2, 0]), (All with { Tag = "all" }, [6, 5, 4, 3, 2, 1, 0])]
        )
        {
            var paged = new List<Guid>();
            Guid? last = null;
            while (await Store.Notifications.ListAsync(filter, last, 3, Cancellation) is { Count: > 0 } page)
            {
                Assert.InRange(page.Count, 1, 3);
                paged.AddRange(page.Select(notification => notification.Id));
                last = page[^1].Id;
            }

            Assert.Equal(expected.Select(i => ids[i]), paged);
        }
    }

    [Fact]
    public async Task A_repeated_key_adds_no_labels()
    {
        var claim = new IdempotencyClaim("once", new byte[] { 1 }, Now.AddDays(1));
        Sample[] samples = [new(Tenant, Now) { Idempotency = claim }, new(Tenant, Now.AddSeconds(1)) { Idempotency = claim }];
        foreach (var sample in samples)
            await Store.Queue.EnqueueAsync([sample.Request(sample.Delivery())], Cancellation);

        var listed = await Store.Notifications.ListAsync(All with { Reference = "order-42" }, null, 10, Cancellation);

        Assert.Equal(samples[0].Notification.Id, Assert.Single(listed).Id);
    }

    [Fact]
    public async Task The_labels_of_a_notification_without_other_recipients_are_erased()
    {
        var sample = OfUser("u");
        await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" });
        Assert.Single(await Store.Notifications.ListAsync(All with { Tag = "spring" }, null, 10, Cancellation));

        await EraseAsync(new Erasure(Tenant, "u", Now));

        foreach (var filter in (NotificationFilter[])[All with { Tag = "spring" }, All with { Reference = "order-42" }])
            Assert.Empty(await Store.Notifications.ListAsync(filter, null, 10, Cancellation));
        var trigger = Assert.Single(await Store.Notifications.ListAsync(All, null, 10, Cancellation)).Trigger;
        Assert.Equal((null, null, null, null), (trigger.Reference, trigger.CancellationKey, trigger.Tags, trigger.Metadata));
        var delivery = Assert.Single(await ListDeliveriesAsync(sample.Notification.Id)).Delivery;
        Assert.Equal((null, null, null), (delivery.Reference, delivery.Tags, delivery.Metadata));
    }

    [Fact]
    public async Task The_labels_of_a_notification_with_other_recipients_remain()
    {
        var sample = new Sample(Tenant, Now);
        await EnqueueAsync(sample, sample.Delivery() with { UserId = "u" }, sample.Delivery() with { UserId = "other" });

        await EraseAsync(new Erasure(Tenant, "u", Now));

        Assert.Single(await Store.Notifications.ListAsync(All with { Reference = "order-42" }, null, 10, Cancellation));
        Assert.All(await ListDeliveriesAsync(sample.Notification.Id), record =>
            Assert.Equal("order-42", record.Delivery.Reference)
        );
    }

    private async Task<Guid[]> EnqueueLabelledAsync(
        params (string Tenant, string? Reference, string? Key, IReadOnlyList<string>? Tags)[] labels
    )
    {
        var requests = labels.Select(
            (one, i) =>
            {
                var sample = new Sample(one.Tenant, Now.AddSeconds(i));
                var trigger = sample.Notification.Trigger with
                {
                    Reference = one.Reference,
                    CancellationKey = one.Key,
                    Tags = one.Tags,
                };
                return new Sample(one.Tenant, Now) { Notification = sample.Notification with { Trigger = trigger } };
            }
        );
        Sample[] samples = [.. requests];
        await Store.Queue.EnqueueAsync([.. samples.Select(sample => sample.Request(sample.Delivery()))], Cancellation);
        return [.. samples.Select(sample => sample.Notification.Id)];
    }
}
