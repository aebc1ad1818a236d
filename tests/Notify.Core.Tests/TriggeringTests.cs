using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class TriggeringTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Fact]
    public async Task Every_recipient_gets_one_and_one_that_is_named_twice_gets_one()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await application.Directory.SaveUserAsync(GetUser("u-1", "u1@example.org"));

        var id = await application.SendAsync([
            Recipient.User("u-1"),
            Recipient.Email("ada@example.org"),
            Recipient.User("u-1"),
            Recipient.Email("ada@example.org"),
        ]);

        await application.EndedDeliveriesAsync(id);
        Assert.Equal(
            ["ada@example.org", "u1@example.org"],
            _mail.Sent.Select(delivery => delivery.To.Value).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_channel_that_is_named_twice_is_used_once()
    {
        await using var application = await TestApplication.StartAsync(_mail);

        var id = await application.SendAsync(
            TestApplication.Say(Recipient.Email("ada@example.org")) with
            {
                Channels = [Channel.Email, Channel.Email],
            }
        );

        await application.EndedDeliveryAsync(id);
    }

    [Fact]
    public async Task Tenants_do_not_see_each_others_users_and_notifications()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await application.Directory.SaveUserAsync(GetUser("u-1", "u1@example.org") with { Tenant = "one" });

        var trigger = TestApplication.Say(Recipient.User("u-1")) with { IdempotencyKey = "k" };
        await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(trigger with { Tenant = "two" }));
        var id = await application.SendAsync(trigger with { Tenant = "one" });

        Assert.Null(await application.Get<INotificationStore>().FindAsync("two", id, CancellationToken.None));
        Assert.Null(await application.Notifier.CancelAsync("two", id));
        Assert.NotNull(await application.Get<INotificationStore>().FindAsync("one", id, CancellationToken.None));
    }

    [Fact]
    public async Task The_same_key_and_body_is_the_same_notification_whatever_the_order_of_its_properties()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org")) with { IdempotencyKey = "order-7" };

        var first = await application.Notifier.TriggerAsync(
            trigger with
            {
                Data = new { a = 1, nested = new { x = "1", y = new[] { 1, 2 } } },
            }
        );
        var second = await application.Notifier.TriggerAsync(
            trigger with
            {
                Data = new { nested = new { y = new[] { 1, 2 }, x = "1" }, a = 1 },
            }
        );

        Assert.False(first.IsDuplicate);
        Assert.Equal(new TriggerResult(first.Id, isDuplicate: true), second);
        await application.EndedDeliveriesAsync(first.Id);
        Assert.Single(_mail.Sent);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict_that_stores_nothing()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org")) with
        {
            IdempotencyKey = "order-7",
            Data = new { list = new[] { 1, 2 } },
        };
        var first = await application.SendAsync(trigger);

        foreach (
            var other in new[]
            {
                trigger with
                {
                    Data = new { list = new[] { 2, 1 } },
                },
                trigger with
                {
                    To = Recipient.Email("eve@example.org"),
                },
                trigger with
                {
                    Priority = Priority.High,
                },
            }
        )
        {
            var conflict = await Assert.ThrowsAsync<IdempotencyConflictException>(() => application.SendAsync(other));
            Assert.Equal(first, conflict.ExistingId);
        }

        await application.EndedDeliveriesAsync(first);
        Assert.Single(_mail.Sent);
    }

    [Fact]
    public async Task A_local_time_means_the_same_whatever_kind_of_DateTime_says_it()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        var nine = new DateTime(2026, 1, 6, 9, 0, 0, DateTimeKind.Unspecified);
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org")) with
        {
            IdempotencyKey = "at-nine",
            SendAtLocal = nine,
        };
        var first = await application.SendAsync(trigger);

        foreach (var kind in new[] { DateTimeKind.Utc, DateTimeKind.Local })
            Assert.Equal(first, await application.SendAsync(trigger with { SendAtLocal = DateTime.SpecifyKind(nine, kind) }));
    }

    [Fact]
    public async Task A_key_is_kept_for_its_time_and_is_free_after_it()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org")) with { IdempotencyKey = "k" };
        var first = await application.SendAsync(trigger);

        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        Assert.Equal(first, await application.SendAsync(trigger));
        _time.Advance(TimeSpan.FromTicks(1));
        var second = await application.Notifier.TriggerAsync(trigger with { Priority = Priority.High });

        Assert.False(second.IsDuplicate);
        Assert.NotEqual(first, second.Id);
    }

    [Fact]
    public async Task Of_many_callers_with_one_key_one_triggers_and_all_hear_of_the_same_notification()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org")) with { IdempotencyKey = "k" };

        var results = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => Task.Run(() => application.Notifier.TriggerAsync(trigger)))
        );

        Assert.Single(results.Select(result => result.Id).Distinct());
        Assert.Single(results, result => !result.IsDuplicate);
        await application.EndedDeliveriesAsync(results[0].Id);
        Assert.Single(_mail.Sent);
    }

    private static User GetUser(string id, string email) =>
        new()
        {
            Id = id,
            Addresses = new Dictionary<string, string> { ["email"] = email },
        };
}
