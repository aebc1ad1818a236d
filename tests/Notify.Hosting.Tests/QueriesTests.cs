using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>An application reads notifications without a store, and gets what the HTTP API shows.</summary>
public sealed class QueriesTests
{
    private const string Tenant = "acme";

    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private Outcome _answer = Outcome.Rejected("550 no such mailbox");

    public static TheoryData<string> Stores => ["memory", "sqlite"];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_timeline_is_read_in_pages(string store)
    {
        await using var app = await StartAsync(store);
        var queries = GetQueries(app);
        var id = await SendAsync(app, "a", "b", "c");
        await EndAsync(queries, id);

        var first = (await queries.FindAsync(Tenant, id, new PageRequest { Limit = 2 }))!;
        var second = (await queries.FindAsync(Tenant, id, new PageRequest { Limit = 2, After = first.Deliveries.Next! }))!;

        Assert.Equal("Hello", Assert.Single(first.Notification.Contents).Content.Body);
        Assert.Equal(3, first.Counts[DeliveryState.DeadLetter]);
        Assert.Equal((2, 1), (first.Deliveries.Items.Count, second.Deliveries.Items.Count));
        Assert.Null(second.Deliveries.Next);
        Assert.All(first.Deliveries.Items, record => Assert.Equal("550 no such mailbox", Assert.Single(record.Attempts).Reason));
        var shown = await app.CallAsync("GET", $"/v1/notifications/{id}", null, Tenant);
        Assert.Equal(
            shown
                .GetProperty("deliveries")
                .GetProperty("items")
                .EnumerateArray()
                .Select(delivery => delivery.GetProperty("id").GetGuid()),
            first.Deliveries.Items.Concat(second.Deliveries.Items).Select(record => record.Delivery.Id)
        );

        Assert.Null(await queries.FindAsync(Tenant, Guid.CreateVersion7()));
        Assert.Null(await queries.FindAsync("other", id));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Notifications_are_listed_by_criteria_and_in_pages(string store)
    {
        await using var app = await StartAsync(store);
        var queries = GetQueries(app);
        var sent = new List<Guid>();
        foreach (
            var (category, priority) in ((string, Priority)[])[("a", Priority.High), ("b", Priority.Bulk), ("a", Priority.Bulk)]
        )
            sent.Add(await SendAsync(app, say => say with { Category = category, Priority = priority }, "x"));
        var all = new NotificationQuery { Tenant = Tenant };

        var first = await queries.ListAsync(all, new PageRequest { Limit = 2 });
        var second = await queries.ListAsync(all, new PageRequest { Limit = 2, After = first.Next! });
        Assert.Equal([sent[2], sent[1], sent[0]], first.Items.Concat(second.Items).Select(item => item.Id));
        Assert.Null(second.Next);

        Assert.Equal([sent[2], sent[0]], await ListAsync(all with { Category = "a" }));
        Assert.Equal([sent[2]], await ListAsync(all with { Category = "a", Priority = Priority.Bulk }));
        Assert.Equal([], await ListAsync(all with { Template = "welcome" }));
        var labelled = await SendAsync(app, say => say with { Reference = "r", Tags = ["t", "u"], Category = "a" }, "x");
        Assert.Equal([labelled], await ListAsync(all with { Reference = "r" }));
        Assert.Equal([labelled], await ListAsync(all with { Tag = "u", Category = "a" }));
        Assert.Equal([], await ListAsync(all with { Tag = "u", Category = "b" }));
        Assert.Equal([], await ListAsync(all with { Reference = "t" }));
        Assert.Equal([], await ListAsync(all with { UserId = "x" }));
        Assert.Equal([sent[1]], await ListAsync(all with { Address = "X@Example.org", Category = "b" }));
        Assert.Equal([], await ListAsync(all with { Address = "x" }));
        sent.Add(labelled);
        await EndAsync(queries, labelled);
        var failed = all with { Status = NotificationStatus.Failed, Tag = "t", Channel = Channel.Email };
        Assert.Equal([labelled], await ListAsync(failed));
        Assert.Equal([labelled], await ListAsync(failed with { Category = "a", Template = null }));
        Assert.Equal([], await ListAsync(failed with { Channel = Channel.Sms }));
        Assert.Equal([], await ListAsync(failed with { Status = NotificationStatus.Completed }));
        Assert.Equal([], await ListAsync(failed with { Category = "b" }));
        Assert.Equal([], await ListAsync(all with { Channel = Channel.Sms }));
        Assert.Equal(4, (await ListAsync(all with { Channel = Channel.Email })).Count());
        Assert.Equal([], await ListAsync(all with { To = LongAgo }));
        Assert.Equal(4, (await ListAsync(all with { From = LongAgo })).Count());
        Assert.Equal([], await ListAsync(new NotificationQuery { Tenant = "other" }));

        async Task<IEnumerable<Guid>> ListAsync(NotificationQuery query) =>
            [.. (await queries.ListAsync(query)).Items.Select(item => item.Id)];
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Dead_letters_are_listed_counted_and_replayed(string store)
    {
        await using var app = await StartAsync(store);
        var queries = GetQueries(app);
        var id = await SendAsync(app, "a", "b", "c");
        await EndAsync(queries, id);
        var all = new DeadLetterFilter { Tenant = Tenant };

        var first = await queries.ListDeadLettersAsync(all, new PageRequest { Limit = 2 });
        var second = await queries.ListDeadLettersAsync(all, new PageRequest { Limit = 2, After = first.Next! });
        Assert.Equal((2, 1, null), (first.Items.Count, second.Items.Count, second.Next));
        Assert.Equal(3, await queries.CountDeadLettersAsync(all with { Reason = "550" }));
        var rejected = await queries.ListDeadLettersAsync(all with { Reason = "550" }, new PageRequest { Limit = 2 });
        var rest = await queries.ListDeadLettersAsync(
            all with
            {
                Reason = "550",
            },
            new PageRequest { Limit = 2, After = rejected.Next! }
        );
        Assert.Equal(
            first.Items.Concat(second.Items).Select(record => record.Delivery.Id),
            rejected.Items.Concat(rest.Items).Select(record => record.Delivery.Id)
        );
        Assert.Null(rest.Next);
        Assert.Empty((await queries.ListDeadLettersAsync(all with { Reason = "551" })).Items);
        Assert.Equal(0, await queries.CountDeadLettersAsync(all with { Provider = "other" }));
        Assert.Equal(0, await queries.CountDeadLettersAsync(new DeadLetterFilter { Tenant = "other" }));

        var dry = new DeadLetterReplay
        {
            Filter = all,
            All = true,
            DryRun = true,
        };
        Assert.Equal(3, (await queries.ReplayDeadLettersAsync(dry)).Count);
        Assert.Equal(3, await queries.CountDeadLettersAsync(all));

        _answer = Outcome.Sent();
        var one = new DeadLetterReplay { Filter = all with { Ids = [second.Items[0].Delivery.Id] } };
        Assert.Equal(1, (await queries.ReplayDeadLettersAsync(one)).Count);
        Assert.Equal(2, (await queries.ReplayDeadLettersAsync(new DeadLetterReplay { Filter = all, All = true })).Count);
        var timeline = await EndAsync(queries, id);
        Assert.All(timeline.Deliveries.Items, record => Assert.Equal(2, record.Attempts.Count));
        Assert.Equal(0, await queries.CountDeadLettersAsync(all));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Settled_deliveries_are_counted_per_minute(string store)
    {
        await using var app = await StartAsync(store);
        var queries = GetQueries(app);
        await EndAsync(queries, await SendAsync(app, "a", "b"));

        var query = new DeliveryCountQuery { Tenant = Tenant };
        var counts = await Eventually.FindAsync(
            async () => await queries.CountDeliveriesAsync(query) is { Counts.Count: > 0 } found ? found : null,
            "the counts"
        );

        Assert.Equal(TimeSpan.FromHours(1), counts.To - counts.From);
        Assert.Equal(2, counts.Counts.Sum(count => count.Count));
        Assert.All(counts.Counts, count =>
            Assert.Equal((Channel.Email, "mail", DeliveryState.DeadLetter), (count.Channel, count.Provider, count.State))
        );
        Assert.Empty((await queries.CountDeliveriesAsync(new DeliveryCountQuery { Tenant = "other" })).Counts);
    }

    [Fact]
    public async Task Invalid_queries_have_the_same_errors_in_NET_and_over_HTTP()
    {
        await using var app = await StartAsync("memory");
        var queries = GetQueries(app);
        var query = new NotificationQuery { Tenant = Tenant };
        var filter = new DeadLetterFilter { Tenant = Tenant };
        var replay = new DeadLetterReplay { Filter = filter };
        var period = new DeliveryCountQuery { Tenant = Tenant };
        var tooMany = Enumerable.Range(0, 1_001).Select(_ => Guid.CreateVersion7()).ToArray();

        (Func<Task> Call, string Url, string? Json)[] cases =
        [
            (() => queries.ListAsync(query, new PageRequest { Limit = 0 }), "notifications?limit=0", null),
            (() => queries.ListAsync(query, new PageRequest { Limit = 501 }), "notifications?limit=501", null),
            (() => queries.ListAsync(query, new PageRequest { After = "x", Limit = -1 }), "notifications?after=x&limit=-1", null),
            (() => queries.ListAsync(query with { Template = "a\0" }), "notifications?template=a%00", null),
            (() => queries.ListAsync(query with { Reference = "" }), "notifications?reference=", null),
            (() => queries.ListAsync(query with { Tag = "a\n", UserId = "" }), "notifications?tag=a%0A&user=", null),
            (() => queries.ListAsync(query with { Address = "" }), "notifications?address=", null),
            (() => queries.ListAsync(query with { Priority = (Priority)9 }), "notifications?priority=9", null),
            (() => queries.ListAsync(query with { Channel = default(Channel) }), "notifications?channel=E-mail", null),
            (
                () => queries.FindAsync(Tenant, Guid.Empty, new PageRequest { After = "x" }),
                $"notifications/{Guid.Empty}?after=x",
                null
            ),
            (
                () => queries.ReplayDeadLettersAsync(replay with { Filter = filter with { Ids = tooMany } }),
                "dead-letters/replay",
                JsonSerializer.Serialize(new { ids = tooMany })
            ),
            (
                () => queries.CountDeadLettersAsync(filter with { Reason = "", Provider = "" }),
                "dead-letters?reason=&provider=",
                null
            ),
            (() => queries.ReplayDeadLettersAsync(replay), "dead-letters/replay", "{}"),
            (
                () => queries.ReplayDeadLettersAsync(replay with { All = true, Filter = filter with { Reason = "550" } }),
                "dead-letters/replay",
                """{"all":true,"reason":"550"}"""
            ),
            (
                () => queries.ReplayDeadLettersAsync(replay with { All = true, ExpiresAt = LongAgo }),
                "dead-letters/replay",
                """{"all":true,"expiresAt":"2020-01-01T00:00:00Z"}"""
            ),
            (
                () => queries.ReplayDeadLettersAsync(replay with { All = true, ExpiresAt = DateTimeOffset.MaxValue }),
                "dead-letters/replay",
                """{"all":true,"expiresAt":"9999-12-31T23:59:59Z"}"""
            ),
            (
                () => queries.CountDeliveriesAsync(period with { From = LongAgo }),
                "analytics/deliveries?from=2020-01-01T00:00:00Z",
                null
            ),
        ];

        foreach (var (call, url, json) in cases)
        {
            var exception = await Assert.ThrowsAsync<InvalidRequestException>(call);
            using var response = await app.SendAsync(json is null ? "GET" : "POST", $"/v1/{url}", json, Tenant);
            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            var fields = exception.Errors.Select(error => error.Field).Order(StringComparer.Ordinal);
            Assert.True(problem.Fields().SequenceEqual(fields), $"{url}: {problem.GetRawText()} {exception.Message}");
            Assert.Subset(GetTexts(problem).ToHashSet(), exception.Errors.Select(error => error.Message).ToHashSet());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a\nb")]
    public async Task A_query_needs_a_valid_tenant(string? tenant)
    {
        await using var app = await StartAsync("memory");
        var queries = GetQueries(app);

        Func<Task>[] calls =
        [
            () => queries.FindAsync(tenant!, Guid.Empty),
            () => queries.ListAsync(new NotificationQuery { Tenant = tenant! }),
            () => queries.CountDeadLettersAsync(new DeadLetterFilter { Tenant = tenant! }),
            () => queries.CountDeliveriesAsync(new DeliveryCountQuery { Tenant = tenant! }),
        ];
        foreach (var call in calls)
            Assert.Equal("tenant", Assert.Single((await Assert.ThrowsAsync<InvalidRequestException>(call)).Errors).Field);
    }

    private async Task<ApiApplication> StartAsync(string store)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => _answer);
        return store == "sqlite" ? await ApiApplication.StartOnSqliteAsync(mail) : await ApiApplication.StartInMemoryAsync(mail);
    }

    private static INotificationQueries GetQueries(ApiApplication app) => app.Services.GetRequiredService<INotificationQueries>();

    private static Task<Guid> SendAsync(ApiApplication app, params string[] names) => SendAsync(app, trigger => trigger, names);

    private static async Task<Guid> SendAsync(ApiApplication app, Func<Trigger, Trigger> change, params string[] names)
    {
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To = RecipientList.Create([.. names.Select(name => Recipient.Email($"{name}@example.org"))]),
            Content = new Content { Body = "Hello" },
        };
        return (await app.Services.GetRequiredService<INotifier>().TriggerAsync(change(trigger))).Id;
    }

    private static IEnumerable<string> GetTexts(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().SelectMany(property => GetTexts(property.Value)),
            JsonValueKind.Array => json.EnumerateArray().SelectMany(GetTexts),
            JsonValueKind.String => [json.GetString()!],
            _ => [],
        };

    private static Task<NotificationTimeline> EndAsync(INotificationQueries queries, Guid id) =>
        Eventually.FindAsync(
            async () =>
                await queries.FindAsync(Tenant, id) is { } timeline
                && timeline.Deliveries.Items.All(record => record.State != DeliveryState.Pending)
                    ? timeline
                    : null,
            $"every delivery of {id} to end"
        );
}
