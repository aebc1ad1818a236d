using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>A key that was used answers before anything is checked or taken that may have changed since.</summary>
public sealed class RepeatedKeyTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_repeated_key_is_a_duplicate_although_its_user_is_gone()
    {
        await using var application = await StartAsync();
        await SaveAdaAsync(application);
        var trigger = Keyed() with { To = Recipient.User("ada") };
        var first = await application.Notifier.TriggerAsync(trigger);

        await application.Get<IUserStore>().RemoveAsync(Trigger.DefaultTenant, "ada", CancellationToken.None);

        Assert.Equal(new TriggerResult(first.Id, isDuplicate: true), await application.Notifier.TriggerAsync(trigger));
        await AssertConflictAsync(application, trigger with { Category = "other" });
        await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Notifier.TriggerAsync(trigger with { IdempotencyKey = "another" })
        );
    }

    [Fact]
    public async Task A_repeated_key_is_a_duplicate_although_it_has_expired()
    {
        await using var application = await StartAsync();
        var trigger = Keyed() with { ExpiresAt = _time.GetUtcNow().AddMinutes(5) };
        var first = await application.Notifier.TriggerAsync(trigger);

        _time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal(new TriggerResult(first.Id, isDuplicate: true), await application.Notifier.TriggerAsync(trigger));
        await AssertConflictAsync(application, trigger with { ExpiresAt = trigger.ExpiresAt!.Value.AddSeconds(1) });
    }

    [Fact]
    public async Task A_repeated_key_is_a_duplicate_although_its_template_needs_more_now()
    {
        await using var application = await StartAsync();
        await SaveTemplateAsync(application, "{{ name }}");
        var trigger = Keyed() with { Content = null, Template = "hello", Data = new { name = "Ada" } };
        var first = await application.Notifier.TriggerAsync(trigger);

        await SaveTemplateAsync(application, "{{ name }} {{ order }}");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(new TriggerResult(first.Id, isDuplicate: true), await application.Notifier.TriggerAsync(trigger));
    }

    [Fact]
    public async Task A_repeated_key_is_a_duplicate_although_its_topic_and_schedule_are_not_valid_any_more()
    {
        await using var application = await StartAsync();
        await SaveAdaAsync(application);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);
        var trigger = Keyed() with { To = Recipient.Topic("news"), SendAt = _time.GetUtcNow().AddDays(1) };
        var first = await application.Notifier.TriggerAsync(trigger);

        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(new TriggerResult(first.Id, isDuplicate: true), await application.Notifier.TriggerAsync(trigger));
    }

    [Fact]
    public async Task A_repeated_key_takes_no_permit_and_neither_does_a_conflict()
    {
        await using var application = await StartAsync();
        var first = await application.Notifier.TriggerAsync(Throttled("key"));
        for (var i = 0; i < 5; i++)
            Assert.Equal(
                new TriggerResult(first.Id, isDuplicate: true),
                await application.Notifier.TriggerAsync(Throttled("key"))
            );
        await AssertConflictAsync(application, Throttled("key") with { CollapseKey = "other" });

        Assert.Equal(DeliveryState.Sent, (await EndAsync(application, Throttled(null))).State);
        Assert.Equal("throttled", (await EndAsync(application, Throttled(null))).Reason);
    }

    [Fact]
    public async Task Of_many_that_use_a_key_at_the_same_time_one_takes_a_permit()
    {
        await using var application = await StartAsync();

        var results = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => application.Notifier.TriggerAsync(Throttled("key"))))
        );

        Assert.Single(results, result => !result.IsDuplicate);
        Assert.Single(results.Select(result => result.Id).Distinct());
        Assert.Equal(DeliveryState.Sent, (await EndAsync(application, Throttled(null))).State);
        Assert.Equal("throttled", (await EndAsync(application, Throttled(null))).Reason);
    }

    [Fact]
    public async Task A_refused_trigger_and_a_recipient_without_an_address_take_no_permit()
    {
        await using var application = await StartAsync();
        await SaveAdaAsync(application);
        await application.Directory.SaveUserAsync(new User { Id = "eve" });
        var throttled = Throttled(null);
        for (var i = 0; i < 3; i++)
        {
            foreach (var wrong in (Recipient[])[Recipient.User("nobody"), Recipient.Topic("nothing")])
                await Assert.ThrowsAsync<InvalidRequestException>(() =>
                    application.SendAsync(throttled with { To = [Recipient.User("ada"), wrong] })
                );
            var unreached = await EndAsync(application, throttled with { To = Recipient.User("eve") });
            Assert.Equal("the user has no address for email", unreached.Reason);
        }

        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "eve",
                Addresses = new Dictionary<string, string> { ["email"] = "eve@example.org" },
            }
        );
        foreach (var user in (string[])["ada", "eve"])
        {
            for (var i = 0; i < 2; i++)
                Assert.Equal(
                    DeliveryState.Sent,
                    (await EndAsync(application, throttled with { To = Recipient.User(user) })).State
                );
            Assert.Equal("throttled", (await EndAsync(application, throttled with { To = Recipient.User(user) })).Reason);
        }
    }

    private static async Task AssertConflictAsync(TestApplication application, Trigger trigger) =>
        await Assert.ThrowsAsync<IdempotencyConflictException>(() => application.Notifier.TriggerAsync(trigger));

    private static async Task<DeliveryRecord> EndAsync(TestApplication application, Trigger trigger) =>
        await application.EndedDeliveryAsync(await application.SendAsync(trigger));

    private static Trigger Keyed() => TestApplication.Say(Recipient.Email("ada@example.org")) with { IdempotencyKey = "key" };

    private static Trigger Throttled(string? key) =>
        TestApplication.Say(Recipient.Email("ada@example.org")) with
        {
            IdempotencyKey = key,
            Category = "news",
            Throttle = new Throttle(2, TimeSpan.FromHours(1)),
        };

    private static Task SaveTemplateAsync(TestApplication application, string body) =>
        application.Templates.SaveAsync(
            new Template { Name = "hello", Variants = [new TemplateVariant { Title = "Hello", Body = body }] }
        );

    private static Task SaveAdaAsync(TestApplication application) =>
        application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );

    private Task<TestApplication> StartAsync() =>
        TestApplication.StartAsync(_time, new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent()));
}
