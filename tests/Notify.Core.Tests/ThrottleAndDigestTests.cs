using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class ThrottleAndDigestTests
{
    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    public ThrottleAndDigestTests() => _passing = new Passing(_time);

    [Fact]
    public async Task A_recipient_hears_of_a_category_no_more_often_than_the_throttle_says()
    {
        await using var application = await StartAsync();
        var states = new List<DeliveryState>();
        for (var i = 0; i < 5; i++)
            states.Add((await application.EndedDeliveryAsync(await application.SendAsync(Throttled("ada@example.org")))).State);

        Assert.Equal(3, states.Count(state => state == DeliveryState.Sent));
        Assert.Equal(2, states.Count(state => state == DeliveryState.Cancelled));
        Assert.Equal(
            DeliveryState.Sent,
            (await application.EndedDeliveryAsync(await application.SendAsync(Throttled("bob@example.org")))).State
        );

        await _passing.PassAsync(application, TimeSpan.FromHours(1));
        Assert.Equal(
            DeliveryState.Sent,
            (await application.EndedDeliveryAsync(await application.SendAsync(Throttled("ada@example.org")))).State
        );
    }

    [Fact]
    public async Task What_a_throttle_drops_says_so()
    {
        await using var application = await StartAsync();
        for (var i = 0; i < 3; i++)
            await application.SendAsync(Throttled("ada@example.org"));

        var dropped = await application.DeliveryAsync(await application.SendAsync(Throttled("ada@example.org")));
        Assert.Equal((DeliveryState.Cancelled, "throttled", 0), (dropped.State, dropped.Reason, dropped.Attempts.Count));
    }

    [Fact]
    public async Task A_window_is_sent_as_one_with_every_event_in_order()
    {
        await using var application = await StartAsync();
        for (var number = 1; number <= 3; number++)
        {
            var id = await application.SendAsync(Collected("ada@example.org", number));
            Assert.Empty(await application.DeliveriesAsync(id));
            await _passing.PassAsync(application, TimeSpan.FromMinutes(1));
        }

        Assert.Empty(_mail.Sent);
        await UntilSentAsync(1);
        await _passing.PassAsync(application, TimeSpan.FromMinutes(30));
        Assert.Equal("3 orders: 1 2 3 ", Assert.Single(_mail.Sent).Content.Body);
    }

    [Fact]
    public async Task Events_after_a_window_are_in_the_next_one()
    {
        await using var application = await StartAsync();
        await application.SendAsync(Collected("ada@example.org", 1));
        await UntilSentAsync(1);
        await application.SendAsync(Collected("ada@example.org", 2));
        await UntilSentAsync(2);

        Assert.Equal(["1 orders: 1 ", "1 orders: 2 "], _mail.Sent.Select(delivery => delivery.Content.Body));
    }

    [Fact]
    public async Task Recipients_have_digests_of_their_own()
    {
        await using var application = await StartAsync();
        await application.SendAsync(Collected("ada@example.org", 1));
        await application.SendAsync(Collected("bob@example.org", 2));
        await UntilSentAsync(2);

        Assert.Equal(
            [("ada@example.org", "1 orders: 1 "), ("bob@example.org", "1 orders: 2 ")],
            _mail.Sent.Select(delivery => (delivery.To.Value, delivery.Content.Body!)).Order()
        );
    }

    [Fact]
    public async Task A_cron_digest_goes_out_on_the_users_clock()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                TimeZone = "Europe/Stockholm",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        await application.SendAsync(Collected(Recipient.User("ada"), 1) with { Digest = new Digest { Cron = "30 17 * * *" } });

        // Manual time begins on a Monday noon UTC, which is 13:00 in Stockholm: 17:30 there is 16:30 UTC.
        await _passing.PassAsync(application, TimeSpan.FromHours(4.4));
        Assert.Empty(_mail.Sent);
        await UntilSentAsync(1);
        var due = new DateTimeOffset(2026, 1, 5, 16, 30, 0, TimeSpan.Zero);
        Assert.InRange(Assert.Single(_mail.Sent).AcceptedAt, due, due.AddHours(6));
    }

    [Fact]
    public async Task What_a_throttle_leaves_over_is_collected_where_there_is_a_digest()
    {
        await using var application = await StartAsync();
        for (var number = 1; number <= 5; number++)
            await application.SendAsync(
                Collected("ada@example.org", number) with
                {
                    Category = "orders",
                    Throttle = new Throttle(3, TimeSpan.FromHours(1)),
                }
            );
        await UntilSentAsync(4);

        Assert.Equal(
            ["1 orders: 1 ", "1 orders: 2 ", "1 orders: 3 ", "2 orders: 4 5 "],
            _mail.Sent.Select(delivery => delivery.Content.Body).Order()
        );
    }

    [Fact]
    public async Task A_variable_that_the_digest_needs_is_missed_when_the_event_is_triggered()
    {
        await using var application = await StartAsync();

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Collected("ada@example.org", 1) with { Data = new { other = 1 } })
        );
        Assert.Contains(exception.Errors, error => error.Field.Contains("number", StringComparison.Ordinal));
    }

    private static Trigger Throttled(string address) =>
        TestApplication.Say(Recipient.Email(address)) with
        {
            Category = "orders",
            Throttle = new Throttle(3, TimeSpan.FromHours(1)),
        };

    private static Trigger Collected(string address, int number) => Collected(Recipient.Email(address), number);

    private static Trigger Collected(Recipient recipient, int number) =>
        new()
        {
            To = recipient,
            Template = "orders",
            Data = new { number },
            Digest = new Digest { Window = TimeSpan.FromMinutes(10) },
        };

    private Task UntilSentAsync(int count) =>
        _passing.UntilAsync(TimeSpan.FromSeconds(15), () => _mail.Sent.Count >= count, $"{count} emails");

    private async Task<TestApplication> StartAsync()
    {
        var application = await TestApplication.StartAsync(builder => _passing.AddTo(builder), _mail);
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "orders",
                Variants =
                [
                    new TemplateVariant
                    {
                        Title = "Orders",
                        Body = "{{count}} orders: {% for event in events %}{{event.number}} {% endfor %}",
                    },
                ],
            }
        );
        return application;
    }
}
