using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the inboxes of users.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Every_field_of_an_inbox_item_is_stored()
    {
        var unread = CreateItem() with
        {
            Category = "örders",
            Content = new Content
            {
                Title = "Välkommen ☀",
                Body = "Grüße an 山田",
                Data = new Dictionary<string, string> { ["order"] = "42" },
                Inbox = new InboxContent
                {
                    Url = "/orders/42",
                    ImageUrl = "https://example.org/a.png",
                    Actions = [new InboxAction { Label = "Öppna", Url = "https://example.org/42" }],
                },
            },
        };
        var archived = CreateItem(1) with { ReadAt = Now.AddMinutes(1), FirstReadAt = Now, ArchivedAt = Now.AddMinutes(2) };

        await Store.Inboxes.AddAsync([unread, archived], Cancellation);

        Same.As(unread, Assert.Single(await ListItemsAsync()));
        Same.As(archived, Assert.Single(await ListItemsAsync(InboxFilter.Archived)));
    }

    [Fact]
    public async Task Adding_an_inbox_item_again_changes_nothing()
    {
        var item = CreateItem();
        await Store.Inboxes.AddAsync([item], Cancellation);
        await MarkAsync(InboxMark.Read, at: 1, item);

        await Store.Inboxes.AddAsync([item with { CreatedAt = Now.AddMinutes(5) }, CreateItem(1)], Cancellation);

        var stored = await ListItemsAsync();
        Assert.Equal(2, stored.Count);
        Same.As(item with { ReadAt = At(1), FirstReadAt = At(1), ChangedAt = At(1) }, stored[1]);
    }

    [Fact]
    public async Task Inbox_items_are_listed_page_by_page_newest_first()
    {
        // Several items of one time differ by their ids.
        InboxItem[] items = [.. Enumerable.Range(0, 9).Select(i => CreateItem(i / 3))];
        await Store.Inboxes.AddAsync([.. items, CreateItem(1) with { UserId = "v" }], Cancellation);

        var paged = new List<InboxItem>();
        InboxPosition? after = null;
        while (await ListItemsAsync(after: after, limit: 2) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, 2);
            paged.AddRange(page);
            after = new InboxPosition(page[^1].CreatedAt, page[^1].Id);
        }

        Assert.Equal(items.OrderByDescending(item => (item.CreatedAt, item.Id)).Select(item => item.Id), paged.Select(Id));
    }

    [Fact]
    public async Task Tenants_and_users_do_not_share_inboxes()
    {
        var (mine, others, foreign) = (
            CreateItem(),
            CreateItem() with
            {
                UserId = "U",
            },
            CreateItem() with
            {
                Tenant = OtherTenant,
            }
        );
        await Store.Inboxes.AddAsync([mine, others, foreign], Cancellation);

        Assert.Empty(await MarkAsync(InboxMark.Read, at: 1, others, foreign));
        Assert.Single(await MarkAllAsync(InboxMark.Read, at: 1));
        await Store.Inboxes.RemoveAsync(new InboxRemoval { User = (Tenant, "u"), Limit = 10 }, Cancellation);

        Assert.Empty(await ListItemsAsync());
        Assert.Equal(0, await Store.Inboxes.CountUnreadAsync(Tenant, "u", 10, Cancellation));
        Assert.Equal(1, await Store.Inboxes.CountUnreadAsync(Tenant, "U", 10, Cancellation));
        Assert.Equal(1, await Store.Inboxes.CountUnreadAsync(OtherTenant, "u", 10, Cancellation));
    }

    [Fact]
    public async Task Unread_inbox_items_are_counted_up_to_the_limit()
    {
        InboxItem[] items = [.. Enumerable.Range(0, 7).Select(i => CreateItem(i))];
        await Store.Inboxes.AddAsync(items, Cancellation);
        await MarkAsync(InboxMark.Read, at: 1, items[0]);
        await MarkAsync(InboxMark.Archived, at: 1, items[1]);

        Assert.Equal(5, await Store.Inboxes.CountUnreadAsync(Tenant, "u", 10, Cancellation));
        Assert.Equal(3, await Store.Inboxes.CountUnreadAsync(Tenant, "u", 3, Cancellation));
        Assert.Equal(0, await Store.Inboxes.CountUnreadAsync(Tenant, "unknown", 3, Cancellation));
    }

    [Fact]
    public async Task Marks_change_the_state_of_inbox_items_once()
    {
        var item = CreateItem();
        await Store.Inboxes.AddAsync([item], Cancellation);

        Assert.True(Assert.Single(await MarkAsync(InboxMark.Read, at: 1, item)).IsFirstRead);
        Assert.Empty(await MarkAsync(InboxMark.Read, at: 2, item));
        Assert.False(Assert.Single(await MarkAsync(InboxMark.Unread, at: 3, item)).IsFirstRead);
        Assert.Single(await ListItemsAsync(InboxFilter.Unread));
        var archived = Assert.Single(await MarkAsync(InboxMark.Archived, at: 4, item));
        Assert.False(archived.IsFirstRead);
        Same.As(item with { ReadAt = At(4), FirstReadAt = At(1), ArchivedAt = At(4), ChangedAt = At(4) }, archived.Item);
        Assert.Empty(await MarkAsync(InboxMark.Unread, at: 5, item));
        Assert.Empty(await ListItemsAsync());
        Same.As(archived.Item, Assert.Single(await ListItemsAsync(InboxFilter.Archived)));

        var back = Assert.Single(await MarkAsync(InboxMark.Unarchived, at: 6, item)).Item;

        Same.As(archived.Item with { ArchivedAt = null, ChangedAt = At(6) }, back);
        Same.As(back, Assert.Single(await ListItemsAsync()));
        Assert.Empty(await MarkAsync(InboxMark.Unarchived, at: 7, item));
    }

    [Fact]
    public async Task Archiving_an_unread_inbox_item_reads_it()
    {
        var item = CreateItem();
        await Store.Inboxes.AddAsync([item], Cancellation);

        var archived = Assert.Single(await MarkAsync(InboxMark.Archived, at: 1, item));

        Assert.True(archived.IsFirstRead);
        Assert.Equal((At(1), At(1), At(1)), (archived.Item.ReadAt, archived.Item.FirstReadAt, archived.Item.ArchivedAt));
        Assert.Equal(0, await Store.Inboxes.CountUnreadAsync(Tenant, "u", 10, Cancellation));
    }

    [Fact]
    public async Task Concurrent_marks_report_each_first_read_once()
    {
        InboxItem[] items = [.. Enumerable.Range(0, 20).Select(i => CreateItem(i))];
        await Store.Inboxes.AddAsync(items, Cancellation);

        var changed = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => MarkAsync(i % 2 == 0 ? InboxMark.Read : InboxMark.Archived, at: 100 + i, items).AsTask())
        );

        Assert.Equal(
            items.Select(Id).Order(),
            changed.SelectMany(call => call).Where(one => one.IsFirstRead).Select(one => one.Item.Id).Order()
        );
        Assert.Equal(20, (await ListItemsAsync(InboxFilter.Archived)).Count);
    }

    [Fact]
    public async Task All_inbox_items_are_marked_in_batches_except_for_later_ones()
    {
        InboxItem[] items = [.. Enumerable.Range(0, 5).Select(i => CreateItem(i))];
        await Store.Inboxes.AddAsync(items, Cancellation);

        Assert.Equal(2, (await MarkAllAsync(InboxMark.Read, at: 3, limit: 2)).Count);
        Assert.Equal(2, (await MarkAllAsync(InboxMark.Read, at: 3, limit: 10)).Count);

        Assert.Empty(await MarkAllAsync(InboxMark.Read, at: 3));
        Assert.Equal([items[4].Id], (await ListItemsAsync(InboxFilter.Unread)).Select(Id));
    }

    [Fact]
    public async Task Changes_of_an_inbox_are_listed_in_their_order()
    {
        InboxItem[] items = [.. Enumerable.Range(0, 4).Select(i => CreateItem(i))];
        await Store.Inboxes.AddAsync([.. items, CreateItem(9) with { UserId = "v" }], Cancellation);
        await MarkAsync(InboxMark.Read, at: 10, items[1]);
        await MarkAsync(InboxMark.Archived, at: 11, items[0]);

        var first = await Store.Inboxes.ListChangesAsync(Tenant, "u", new InboxPosition(At(2), Guid.Empty), 2, Cancellation);
        var last = new InboxPosition(first[^1].ChangedAt, first[^1].Id);
        var rest = await Store.Inboxes.ListChangesAsync(Tenant, "u", last, 10, Cancellation);

        Assert.Equal([items[2].Id, items[3].Id], first.Select(Id));
        Assert.Equal([items[1].Id, items[0].Id], rest.Select(Id));
    }

    [Fact]
    public async Task Inbox_items_are_removed_by_their_age()
    {
        InboxItem[] items = [.. Enumerable.Range(0, 5).Select(i => CreateItem(i))];
        await Store.Inboxes.AddAsync([.. items, CreateItem(0) with { Tenant = OtherTenant }], Cancellation);
        var old = new InboxRemoval { CreatedBefore = At(3), Limit = 3 };

        Assert.Equal(3, await Store.Inboxes.RemoveAsync(old, Cancellation));
        Assert.Equal(1, await Store.Inboxes.RemoveAsync(old, Cancellation));
        Assert.Equal(0, await Store.Inboxes.RemoveAsync(old, Cancellation));

        Assert.Equal([items[4].Id, items[3].Id], (await ListItemsAsync()).Select(Id));
        Assert.Equal(0, await Store.Inboxes.CountUnreadAsync(OtherTenant, "u", 10, Cancellation));
    }

    [Fact]
    public async Task Inbox_items_of_a_removed_user_are_removed_but_not_those_of_a_new_user_with_the_id()
    {
        // The notification of the first item was accepted before the erasure and stored after it.
        var (old, current) = (CreateItem(5) with { AcceptedAt = At(1) }, CreateItem(4) with { AcceptedAt = At(3) });
        await Store.Inboxes.AddAsync([old, current], Cancellation);

        var removal = new InboxRemoval
        {
            User = (Tenant, "u"),
            AcceptedUntil = At(2),
            Limit = 10,
        };
        Assert.Equal(1, await Store.Inboxes.RemoveAsync(removal, Cancellation));

        Assert.Equal(current.Id, Assert.Single(await ListItemsAsync()).Id);
    }

    private static Guid Id(InboxItem item) => item.Id;

    private DateTimeOffset At(int seconds) => Now.AddSeconds(seconds);

    private InboxItem CreateItem(int at = 0) =>
        new()
        {
            Id = Guid.CreateVersion7(Now),
            NotificationId = Guid.CreateVersion7(Now),
            Tenant = Tenant,
            UserId = "u",
            Content = new Content { Title = "Hello" },
            AcceptedAt = Now,
            CreatedAt = At(at),
            ChangedAt = At(at),
        };

    private ValueTask<IReadOnlyList<InboxItem>> ListItemsAsync(
        InboxFilter filter = InboxFilter.Current,
        InboxPosition? after = null,
        int limit = 100
    ) =>
        Store.Inboxes.ListAsync(
            new InboxQuery
            {
                Tenant = Tenant,
                UserId = "u",
                Filter = filter,
                After = after,
                Limit = limit,
            },
            Cancellation
        );

    private ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxMark mark, int at, params InboxItem[] items) =>
        Store.Inboxes.MarkAsync(
            new InboxChange
            {
                Tenant = Tenant,
                UserId = "u",
                Mark = mark,
                Ids = [.. items.Select(Id)],
                At = At(at),
                Limit = 100,
            },
            Cancellation
        );

    private ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAllAsync(InboxMark mark, int at, int limit = 100) =>
        Store.Inboxes.MarkAsync(
            new InboxChange
            {
                Tenant = Tenant,
                UserId = "u",
                Mark = mark,
                At = At(at),
                Limit = limit,
            },
            Cancellation
        );
}
