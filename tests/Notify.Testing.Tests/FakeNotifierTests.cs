using Microsoft.Extensions.Time.Testing;

namespace Notify.Testing.Tests;

public sealed class FakeNotifierTests
{
    private static readonly Channel Pager = Channel.Create("pager");

    private readonly FakeNotifier _notifier = new() { CustomChannels = [Pager] };

    [Fact]
    public async Task Criteria_select_triggers_by_everything_that_a_reader_names()
    {
        await _notifier.TriggerAsync(Create("ada") with { Reference = "42", Tenant = "acme" });
        await _notifier.TriggerAsync(Create("ada") with { Template = null, Workflow = "onboarding" });
        await _notifier.TriggerAsync(
            new Trigger
            {
                To = [Recipient.Email("Bo@Example.org"), Recipient.Address(Pager, "p-1"), Recipient.Topic("news")],
                Content = new Content { Title = "Hello" },
            }
        );

        var all = _notifier.Triggers;
        Assert.Equal("42", all.WithReference("42").InTenant("acme").AssertOne().Trigger.Reference);
        all.To("ada").AssertCount(2);
        all.WithWorkflow("onboarding").AssertOne();
        all.WithTemplate("order-shipped").AssertOne();
        all.WithData("order", 42).AssertCount(2);
        all.WithData("order", 43).AssertNone();
        all.Over(Pager).Over(Channel.Email).To("p-1").To("Bo@example.org").To("news").WithTitle("Hello").AssertOne();
        all.To(Recipient.Email("Bo@example.org")).AssertOne();
        all.To(Recipient.User("news")).AssertNone();
        all.Where("to many", recorded => recorded.Trigger.To.Count > 1).AssertOne();
        Assert.Equal(3, all.Items.Count);
    }

    [Fact]
    public async Task A_failed_assertion_tells_what_is_missing_and_what_there_is()
    {
        Assert.Equal(
            "Expected one trigger to ada, but found none. Nothing was triggered.",
            FindFailure(() => _notifier.Triggers.To("ada").AssertOne())
        );

        await _notifier.TriggerAsync(Create("ada"));
        await _notifier.TriggerAsync(Create("ada"));
        await _notifier.TriggerAsync(
            new Trigger
            {
                To = Recipient.Phone("+46701234567"),
                Content = new Content { Body = "Hello" },
            }
        );

        Assert.Equal(
            """
            Expected no trigger to ada, but found 2. All triggers, oldest first:
              1. to ada with template order-shipped (matches)
              2. to ada with template order-shipped (matches)
              3. over sms to +46701234567 with text "Hello" (not to ada)
            """,
            FindFailure(() => _notifier.Triggers.To("ada").AssertNone())
        );
        Assert.EndsWith(
            "(not over email, not with order 43)",
            FindFailure(() => _notifier.Triggers.Over(Channel.Email).WithData("order", 43).AssertCount(2)).Split('\n')[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_failed_assertion_lists_at_most_twenty_triggers()
    {
        await _notifier.TriggerManyAsync([.. Enumerable.Repeat(Create("ada"), 25)]);

        var lines = FindFailure(() => _notifier.Triggers.AssertOne()).Split('\n');

        Assert.Equal((22, "  and 5 more"), (lines.Length, lines[^1]));
    }

    [Fact]
    public async Task The_rules_are_those_of_the_engine()
    {
        var now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var notifier = new FakeNotifier(options => options.DefaultPhoneRegion = "SE") { Time = new FakeTimeProvider(now) };
        var content = new Content { Body = "Hello" };

        await notifier.TriggerAsync(new Trigger { To = Recipient.Phone("070-123 45 67"), Content = content });
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            notifier.TriggerAsync(
                new Trigger { To = [Recipient.Email("ada"), Recipient.Address(Pager, "p-1")], ExpiresAt = now.AddDays(-1) }
            )
        );

        Assert.Equal(["to[0]", "to[1]", "content", "expiresAt"], refused.Errors.Select(error => error.Field));
        Assert.Equal(now, notifier.Triggers.AssertOne().AcceptedAt);
    }

    [Fact]
    public async Task An_idempotency_key_belongs_to_one_body()
    {
        var trigger = Create("ada") with { IdempotencyKey = "shipped-42" };

        var first = await _notifier.TriggerAsync(trigger);
        var second = await _notifier.TriggerAsync(trigger);
        var outcomes = await _notifier.TriggerManyAsync([trigger with { Template = "other" }, trigger with { Tenant = "acme" }]);

        Assert.Equal((first.Id, true), (second.Id, second.IsDuplicate));
        Assert.Equal(first.Id, Assert.IsType<IdempotencyConflictException>(outcomes[0].Error).ExistingId);
        Assert.False(outcomes[1].Result!.Value.IsDuplicate);
        _notifier.Triggers.AssertCount(2);
    }

    [Fact]
    public async Task A_cancelled_trigger_is_marked()
    {
        var first = await _notifier.TriggerAsync(Create("ada") with { Reference = "42" });
        await _notifier.TriggerAsync(Create("bo") with { Reference = "42" });
        await _notifier.TriggerAsync(Create("cy") with { CancellationKey = "42" });

        var one = await _notifier.CancelAsync("default", first.Id);
        var other = await _notifier.CancelAsync(new CancellationTarget { Tenant = "default", Reference = "42" });

        Assert.Equal((1, 1), (one!.Cancelled, one.Notifications));
        Assert.Equal((1, 1, 2), (other.Cancelled, other.Ended, other.Notifications));
        Assert.Null(await _notifier.CancelAsync("acme", first.Id));
        _notifier.Triggers.Cancelled().AssertCount(2);
        await Assert.ThrowsAsync<InvalidRequestException>(() =>
            _notifier.CancelAsync(new CancellationTarget { Tenant = "default" })
        );
    }

    [Fact]
    public async Task A_failure_is_thrown_by_every_trigger_until_it_is_taken_back()
    {
        _notifier.Failure = new TimeoutException("The database is away.");
        await Assert.ThrowsAsync<TimeoutException>(() => _notifier.TriggerAsync(Create("ada")));
        Assert.IsType<TimeoutException>((await _notifier.TriggerManyAsync([Create("ada")]))[0].Error);

        _notifier.Failure = null;
        await _notifier.TriggerAsync(Create("ada"));
        _notifier.Triggers.AssertOne();
        _notifier.Clear();
        _notifier.Triggers.AssertNone();
    }

    private static Trigger Create(string user) =>
        new()
        {
            To = Recipient.User(user),
            Template = "order-shipped",
            Data = new { order = 42 },
        };

    private static string FindFailure(Action assertion) => Assert.Throws<NotificationAssertionException>(assertion).Message;
}
