using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the lists of users, topics, templates and notifications.</summary>
public abstract partial class StoreConformance
{
    private static readonly string[] ListedNames = ["10", "9", "Z", "a", "a%", "a_b", "aa", "ab", "b", "ä", "é", "山", "山田"];

    [Fact]
    public async Task Users_are_listed_page_by_page_and_by_prefix()
    {
        await Store.Users.SaveAsync([.. ListedNames.Reverse().Select(id => new User { Tenant = Tenant, Id = id })], Cancellation);
        await Store.Users.SaveAsync([new User { Tenant = OtherTenant, Id = "other" }], Cancellation);

        await AssertListedAsync(
            async (tenant, prefix, after, limit) =>
                [.. (await Store.Users.ListAsync(tenant, prefix, after, limit, Cancellation)).Select(user => user.Id)]
        );
    }

    [Fact]
    public async Task A_listed_user_is_complete()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);

        Same.As(FullUser(), Assert.Single(await Store.Users.ListAsync(Tenant, "", "", 10, Cancellation)));
    }

    [Fact]
    public async Task Topics_are_listed_page_by_page_and_by_prefix_even_without_subscribers()
    {
        foreach (var topic in ListedNames)
            await Store.Topics.SubscribeAsync(Tenant, topic, ["a", "b", "c"], Cancellation);
        await Store.Topics.SubscribeAsync(OtherTenant, "other", ["a"], Cancellation);
        await Store.Topics.UnsubscribeAsync(Tenant, ListedNames[3], ["a", "b", "c"], Cancellation);

        await AssertListedAsync(
            (tenant, prefix, after, limit) => Store.Topics.ListTopicsAsync(tenant, prefix, after, limit, Cancellation)
        );
    }

    [Fact]
    public async Task Templates_are_listed_page_by_page_and_by_prefix_with_their_latest_version()
    {
        foreach (var name in (string[])[.. ListedNames, "a", "a"])
            await Store.Templates.SaveAsync(CreateTemplate("text") with { Name = name }, MaxVersions, Cancellation);
        await Store.Templates.SaveAsync(
            CreateTemplate("text") with
            {
                Name = "other",
                Tenant = OtherTenant,
            },
            MaxVersions,
            Cancellation
        );

        await AssertListedAsync(
            async (tenant, prefix, after, limit) =>
                [
                    .. (await Store.Templates.ListAsync(tenant, prefix, after, limit, Cancellation)).Select(template =>
                        template.Name
                    ),
                ]
        );
        Assert.Equal(
            [new TemplateSummary("Z", 1), new TemplateSummary("a", 3)],
            await Store.Templates.ListAsync(Tenant, "", "9", 2, Cancellation)
        );
    }

    [Fact]
    public async Task Notifications_are_listed_page_by_page_newest_first()
    {
        var samples = await EnqueueAtAsync(0, 1, 2, 3, 4);
        await Store.Queue.EnqueueAsync([new Sample(OtherTenant, Now).Request()], Cancellation);

        var paged = new List<Guid>();
        var filter = new NotificationFilter { Tenant = Tenant };
        Guid? last = null;
        while (await Store.Notifications.ListAsync(filter, last, 2, Cancellation) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, 2);
            paged.AddRange(page.Select(notification => notification.Id));
            last = page[^1].Id;
        }

        Assert.Equal(samples.Reverse().Select(sample => sample.Notification.Id), paged);
    }

    [Fact]
    public async Task A_listed_notification_omits_the_content_of_its_trigger()
    {
        var sample = (await EnqueueAtAsync(0))[0].Notification;

        var listed = Assert.Single(
            await Store.Notifications.ListAsync(new NotificationFilter { Tenant = Tenant }, null, 10, Cancellation)
        );

        Assert.Equal((sample.Id, sample.AcceptedAt, sample.ExpiresAt), (listed.Id, listed.AcceptedAt, listed.ExpiresAt));
        Same.As(sample.Trigger with { Content = null }, listed.Trigger);
    }

    [Theory]
    [InlineData(null, null, new[] { 4, 3, 2, 1, 0 })]
    [InlineData(2, null, new[] { 4, 3, 2 })]
    [InlineData(null, 2, new[] { 1, 0 })]
    [InlineData(1, 3, new[] { 2, 1 })]
    [InlineData(3, 1, new int[0])]
    [InlineData(5, null, new int[0])]
    public async Task Notifications_can_be_filtered_by_the_time_of_acceptance(int? from, int? to, int[] expected)
    {
        var samples = await EnqueueAtAsync(0, 1, 2, 3, 4);
        var filter = new NotificationFilter
        {
            Tenant = Tenant,
            From = from is { } first ? Now.AddSeconds(first) : null,
            To = to is { } last ? Now.AddSeconds(last) : null,
        };

        var listed = await Store.Notifications.ListAsync(filter, null, 10, Cancellation);
        var rest = await Store.Notifications.ListAsync(filter, samples[2].Notification.Id, 10, Cancellation);

        Assert.Equal(expected.Select(i => samples[i].Notification.Id), listed.Select(notification => notification.Id));
        Assert.Equal(
            expected.Where(i => i < 2).Select(i => samples[i].Notification.Id),
            rest.Select(notification => notification.Id)
        );
    }

    private async Task<Sample[]> EnqueueAtAsync(params int[] seconds)
    {
        Sample[] samples = [.. seconds.Select(second => new Sample(Tenant, Now.AddSeconds(second)))];
        foreach (var sample in samples)
            await Store.Queue.EnqueueAsync([sample.Request(sample.Delivery())], Cancellation);
        return samples;
    }

    private static async Task AssertListedAsync(Func<string, string, string, int, ValueTask<IReadOnlyList<string>>> list)
    {
        string[] ordered = [.. ListedNames.Order(StringComparer.Ordinal)];
        var paged = new List<string>();
        while (await list(Tenant, "", paged.LastOrDefault() ?? "", 3) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, 3);
            paged.AddRange(page);
        }

        Assert.Equal(ordered, paged);
        Assert.Equal(["other"], await list(OtherTenant, "", "", 10));
        foreach (var prefix in (string[])["a", "a%", "a_", "山", "z", "10"])
        {
            string[] expected = [.. ordered.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
            Assert.Equal(expected, await list(Tenant, prefix, "", 100));
            Assert.Equal(expected.Skip(1), await list(Tenant, prefix, expected.FirstOrDefault() ?? "", 100));
        }
    }
}
