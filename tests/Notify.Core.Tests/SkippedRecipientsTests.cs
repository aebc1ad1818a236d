using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>The result of a trigger tells which recipients get nothing, and why.</summary>
public sealed class SkippedRecipientsTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private readonly ScriptedProvider _push = new("push", Channel.Push, _ => Outcome.Sent());

    [Fact]
    public async Task A_trigger_that_reaches_everyone_lists_nobody()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");

        var result = await application.Notifier.TriggerAsync(TestApplication.Say(Recipient.User("ada")));

        Assert.Equal(new TriggerResult(result.Id, isDuplicate: false), result);
        Assert.Equal((0, 0), (result.Skipped.Count, result.SkippedTotal));
    }

    [Fact]
    public async Task Every_reason_is_listed_with_its_code()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        await SaveAsync(application, "declined", Choice.OptOut("ads", null));
        await application.Directory.SaveUserAsync(new User { Id = "homeless" });
        await SaveAsync(application, "left");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "empty", ["left"]);
        await application.Get<ITopicStore>().UnsubscribeAsync(Trigger.DefaultTenant, "empty", ["left"], CancellationToken.None);

        var result = await application.Notifier.TriggerAsync(
            TestApplication.Say([
                Recipient.User("ada"),
                Recipient.User("declined"),
                Recipient.User("homeless"),
                Recipient.User("stranger"),
                Recipient.Email("ADA@example.org"),
                Recipient.Topic("empty"),
                Recipient.Topic("never"),
            ]) with
            {
                Category = "ads",
                OnUnknownRecipient = UnknownRecipientBehavior.Skip,
            }
        );

        Assert.Equal(
            [
                ("Address:ADA@example.org", Channel.Email, SkipCodes.DuplicateAddress),
                ("Topic:empty", null, SkipCodes.NoSubscribers),
                ("Topic:never", null, SkipCodes.UnknownTopic),
                ("User:declined", Channel.Email, SkipCodes.OptedOut),
                ("User:homeless", (Channel?)null, SkipCodes.NoAddress),
                ("User:stranger", null, SkipCodes.UnknownUser),
            ],
            result
                .Skipped.Select(one => ($"{one.Recipient.Kind}:{one.Recipient.Value}", one.Channel, one.Code))
                .OrderBy(one => one.Item1, StringComparer.Ordinal)
        );
        Assert.Equal(6, result.SkippedTotal);

        // The timeline gives the same reasons.
        var cancelled = (await application.EndedDeliveriesAsync(result.Id)).Where(one => one.State == DeliveryState.Cancelled);
        Assert.Equal(
            cancelled.Select(one => one.Reason).Order(),
            result.Skipped.Where(one => one.Recipient.Kind != RecipientKind.Topic).Select(one => one.Reason).Order()
        );
        Assert.Single(_mail.Sent);
    }

    [Fact]
    public async Task A_template_without_a_variant_is_listed_for_shared_and_for_own_content()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        foreach (var (name, body) in new[] { ("shared", "Hej"), ("own", "Hej {{ recipient.id }}") })
            await application.Templates.SaveAsync(
                new Template
                {
                    Name = name,
                    Variants =
                    [
                        new TemplateVariant
                        {
                            Locale = "sv",
                            Title = "Hej",
                            Body = body,
                        },
                    ],
                }
            );

        foreach (var name in new[] { "shared", "own" })
        {
            var result = await application.Notifier.TriggerAsync(new Trigger { To = Recipient.User("ada"), Template = name });

            var skipped = Assert.Single(result.Skipped);
            Assert.Equal(
                (SkipCodes.NoVariant, Channel.Email, "the template has no variant for email"),
                (skipped.Code, skipped.Channel, skipped.Reason)
            );
        }
    }

    [Fact]
    public async Task A_throttled_user_is_one_entry_whatever_the_number_of_addresses()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        foreach (var device in new[] { "phone", "tablet" })
            await application.Directory.RegisterDeviceAsync(
                new Device
                {
                    Id = device,
                    UserId = "ada",
                    Platform = Platform.Ios,
                    Token = device,
                }
            );
        var trigger = TestApplication.Say(Recipient.User("ada")) with
        {
            Category = "news",
            Throttle = new Throttle(1, TimeSpan.FromHours(1)),
        };

        Assert.Empty((await application.Notifier.TriggerAsync(trigger)).Skipped);
        var second = await application.Notifier.TriggerAsync(trigger);

        var skipped = Assert.Single(second.Skipped);
        Assert.Equal((SkipCodes.Throttled, (Channel?)null), (skipped.Code, skipped.Channel));
        Assert.Equal(1, second.SkippedTotal);
        Assert.Equal(3, (await application.DeliveriesAsync(second.Id)).Count);
    }

    [Fact]
    public async Task At_most_a_hundred_recipients_are_listed_and_all_are_counted()
    {
        await using var application = await StartAsync();

        var result = await application.Notifier.TriggerAsync(
            TestApplication.Say([.. Enumerable.Range(0, 250).Select(number => Recipient.User($"u{number}"))]) with
            {
                OnUnknownRecipient = UnknownRecipientBehavior.Skip,
            }
        );

        Assert.Equal((TriggerResult.MaxSkipped, 250), (result.Skipped.Count, result.SkippedTotal));
        Assert.Equal("u99", result.Skipped[^1].Recipient.Value);
    }

    [Fact]
    public async Task A_duplicate_lists_nobody()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        var trigger = TestApplication.Say(Recipient.User("ada")) with { IdempotencyKey = "once" };

        var first = await application.Notifier.TriggerAsync(trigger);

        Assert.Single(first.Skipped);
        Assert.Equal(new TriggerResult(first.Id, isDuplicate: true), await application.Notifier.TriggerAsync(trigger));
    }

    [Fact]
    public async Task Unknown_recipients_are_refused_by_default_each_by_name_and_nothing_is_stored()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        var trigger = TestApplication.Say([
            Recipient.User("stranger"),
            Recipient.Topic("never"),
            Recipient.User("ada"),
            Recipient.User("nobody"),
        ]) with
        {
            IdempotencyKey = "once",
            Category = "news",
            Throttle = new Throttle(1, TimeSpan.FromHours(1)),
        };

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Notifier.TriggerAsync(trigger));

        Assert.Equal(
            [("to[0]", FieldErrorCodes.NotFound), ("to[1]", FieldErrorCodes.NotFound), ("to[3]", FieldErrorCodes.NotFound)],
            refused.Errors.Select(error => (error.Field, error.Code)).OrderBy(error => error.Field, StringComparer.Ordinal)
        );

        // The key is still free, and the refused call took no permit.
        var result = await application.Notifier.TriggerAsync(trigger with { OnUnknownRecipient = UnknownRecipientBehavior.Skip });
        Assert.False(result.IsDuplicate);
        Assert.Equal(3, result.SkippedTotal);
        await application.EndedDeliveriesAsync(result.Id);
        Assert.Single(_mail.Sent);
    }

    [Fact]
    public async Task The_behavior_belongs_to_the_body_that_a_key_stands_for()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        var trigger = TestApplication.Say(Recipient.User("ada")) with { IdempotencyKey = "once" };
        var first = await application.Notifier.TriggerAsync(trigger);

        var conflict = await Assert.ThrowsAsync<IdempotencyConflictException>(() =>
            application.Notifier.TriggerAsync(trigger with { OnUnknownRecipient = UnknownRecipientBehavior.Skip })
        );

        Assert.Equal(first.Id, conflict.ExistingId);
        Assert.Equal(
            "onUnknownRecipient",
            Assert.Single(application.Notifier.Validate(trigger with { OnUnknownRecipient = (UnknownRecipientBehavior)7 })).Field
        );
    }

    [Fact]
    public async Task An_unknown_user_is_skipped_where_each_recipient_has_own_content()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        await application.Templates.SaveAsync(
            new Template { Name = "hi", Variants = [new TemplateVariant { Title = "Hi", Body = "Hi {{ recipient.id }}" }] }
        );

        var result = await application.Notifier.TriggerAsync(
            new Trigger
            {
                To = [Recipient.User("stranger"), Recipient.User("ada")],
                Template = "hi",
                OnUnknownRecipient = UnknownRecipientBehavior.Skip,
            }
        );

        Assert.Equal(SkipCodes.UnknownUser, Assert.Single(result.Skipped).Code);
        await application.EndedDeliveriesAsync(result.Id);
        Assert.Equal("Hi ada", Assert.Single(_mail.Sent).Content.Body);
    }

    private Task<TestApplication> StartAsync() => TestApplication.StartAsync(_time, _mail, _push);

    private static Task SaveAsync(TestApplication application, string id, params PreferenceChange[] choices) =>
        application.Directory.SaveUserAsync(
            new User
            {
                Id = id,
                Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
            },
            choices
        );
}
