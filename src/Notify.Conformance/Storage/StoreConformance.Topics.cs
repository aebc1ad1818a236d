namespace Notify.Conformance.Storage;

/// <summary>This part tests topics and their subscribers.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Subscribing_twice_has_no_further_effect()
    {
        await Store.Topics.SubscribeAsync(Tenant, "news", ["a", "b", "a"], Cancellation);
        await Store.Topics.SubscribeAsync(Tenant, "news", ["b", "c"], Cancellation);

        Assert.Equal(["a", "b", "c"], await Store.Topics.ListAsync(Tenant, "news", "", 10, Cancellation));
        Assert.Equal(3, await Store.Topics.CountAsync(Tenant, "news", Cancellation));
    }

    [Fact]
    public async Task Subscribers_are_listed_page_by_page_in_ordinal_order()
    {
        string[] users = ["10", "9", "Z", "a", "aa", "b", "ä", "é", "山"];
        await Store.Topics.SubscribeAsync(Tenant, "news", [.. users.Reverse()], Cancellation);

        var paged = new List<string>();
        while (await Store.Topics.ListAsync(Tenant, "news", paged.LastOrDefault() ?? "", 2, Cancellation) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, 2);
            paged.AddRange(page);
        }

        Assert.Equal(users.Order(StringComparer.Ordinal), paged);
    }

    [Fact]
    public async Task A_page_can_start_after_a_user_who_is_not_subscribed()
    {
        await Store.Topics.SubscribeAsync(Tenant, "news", ["a", "c"], Cancellation);

        Assert.Equal(["c"], await Store.Topics.ListAsync(Tenant, "news", "b", 10, Cancellation));
    }

    [Fact]
    public async Task A_large_topic_is_counted_and_listed_completely()
    {
        string[] users = [.. Enumerable.Range(0, 2_500).Select(i => $"user-{i:0000}")];
        await Store.Topics.SubscribeAsync(Tenant, "news", users, Cancellation);

        Assert.Equal(2_500, await Store.Topics.CountAsync(Tenant, "news", Cancellation));
        Assert.Equal(users, await Store.Topics.ListAsync(Tenant, "news", "", 10_000, Cancellation));
    }

    [Fact]
    public async Task Unsubscribing_does_not_affect_other_users()
    {
        await Store.Topics.SubscribeAsync(Tenant, "news", ["a", "b"], Cancellation);

        await Store.Topics.UnsubscribeAsync(Tenant, "news", ["a", "unknown"], Cancellation);
        await Store.Topics.UnsubscribeAsync(Tenant, "unknown", ["b"], Cancellation);

        Assert.Equal(["b"], await Store.Topics.ListAsync(Tenant, "news", "", 10, Cancellation));
        Assert.Equal(1, await Store.Topics.CountAsync(Tenant, "news", Cancellation));
    }

    [Fact]
    public async Task Topics_and_tenants_do_not_share_subscribers()
    {
        await Store.Topics.SubscribeAsync(Tenant, "news", ["a"], Cancellation);

        Assert.Null(await Store.Topics.CountAsync(Tenant, "News", Cancellation));
        Assert.Null(await Store.Topics.CountAsync(OtherTenant, "news", Cancellation));
        Assert.Empty(await Store.Topics.ListAsync(OtherTenant, "news", "", 10, Cancellation));
    }

    [Fact]
    public async Task A_topic_stays_known_without_its_subscribers()
    {
        await Store.Topics.SubscribeAsync(Tenant, "never", [], Cancellation);
        await Store.Topics.SubscribeAsync(Tenant, "left", ["a"], Cancellation);
        await Store.Topics.SubscribeAsync(Tenant, "removed", ["b"], Cancellation);

        await Store.Topics.UnsubscribeAsync(Tenant, "left", ["a"], Cancellation);
        await Store.Users.SaveAsync([new User { Tenant = Tenant, Id = "b" }], Cancellation);
        await Store.Users.RemoveAsync(Tenant, "b", Cancellation);

        Assert.Null(await Store.Topics.CountAsync(Tenant, "never", Cancellation));
        Assert.Equal(0, await Store.Topics.CountAsync(Tenant, "left", Cancellation));
        Assert.Equal(0, await Store.Topics.CountAsync(Tenant, "removed", Cancellation));
    }
}
