using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>
/// Digests merge what belongs together, lose nothing that a trigger asks for, and tell what became of each event.
/// </summary>
public sealed class DigestTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private readonly ScriptedProvider _sms = new("sms", Channel.Sms, _ => Outcome.Sent());
    private DateTimeOffset _due = DateTimeOffset.MaxValue;

    public DigestTests() => _passing = new Passing(_time);

    [Fact]
    public async Task Fields_that_a_digest_does_not_honor_are_refused_by_name()
    {
        await using var application = await StartAsync();
        var now = _time.GetUtcNow();

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Collected(1) with { SendAt = now.AddHours(1), ExpiresAt = now.AddHours(2) })
        );
        Assert.Equal(["sendAt", "expiresAt"], exception.Errors.Select(error => error.Field));
        exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Collected(1) with { SendAtLocal = now.AddHours(1).DateTime })
        );
        Assert.Equal(["sendAtLocal"], exception.Errors.Select(error => error.Field));
        exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(
                Collected(1) with
                {
                    Category = "orders",
                    Throttle = new Throttle(1, TimeSpan.FromHours(1)),
                    SendAt = now.AddHours(1),
                }
            )
        );
        Assert.Equal(["sendAt"], exception.Errors.Select(error => error.Field));
    }

    [Fact]
    public async Task Events_of_another_category_or_priority_are_in_another_summary()
    {
        await using var application = await StartAsync();
        await application.SendAsync(Collected(1) with { Category = "security", Priority = Priority.High });
        await application.SendAsync(Collected(2) with { Category = "news", Priority = Priority.Bulk });
        await application.SendAsync(Collected(3) with { Category = "security", Priority = Priority.High });
        await application.SendAsync(Collected(4) with { Category = "security" });

        await UntilSentAsync(3);

        Assert.Equal(
            [
                ("news", Priority.Bulk, "1 orders: 2 "),
                ("security", Priority.High, "2 orders: 1 3 "),
                ("security", Priority.Normal, "1 orders: 4 "),
            ],
            _mail.Sent.Select(delivery => (delivery.Category!, delivery.Priority, delivery.Content.Body!)).Order()
        );
    }

    [Fact]
    public async Task An_event_of_a_declined_category_takes_no_other_with_it()
    {
        await using var application = await StartAsync(Choice.OptOut("news", null));
        await application.SendAsync(Collected(1) with { Category = "security" });
        var declined = await application.SendAsync(Collected(2) with { Category = "news" });
        await application.SendAsync(Collected(3) with { Category = "security" });

        await UntilSentAsync(1);
        await _passing.PassAsync(application, Window * 2);

        Assert.Equal("2 orders: 1 3 ", Assert.Single(_mail.Sent).Content.Body);
        Assert.Empty(await CollectedAsync(application, declined));
    }

    [Fact]
    public async Task A_category_that_is_declined_while_its_events_wait_is_not_sent()
    {
        await using var application = await StartAsync();
        var id = await application.SendAsync(Collected(1) with { Category = "news" });
        await application.Directory.SaveUserAsync(Ada(), Choice.OptOut("news", Channel.Email));

        await UntilStateAsync(application, id, CollectedState.Summarized);
        await _passing.PassAsync(application, Window);

        Assert.Empty(_mail.Sent);
    }

    [Fact]
    public async Task Events_that_ask_for_other_channels_are_in_another_summary()
    {
        await using var application = await StartAsync();
        await application.SendAsync(Collected(1) with { Channels = [Channel.Email] });
        await application.SendAsync(Collected(2) with { Channels = [Channel.Sms] });
        await application.SendAsync(Collected(3) with { Channels = [Channel.Email] });

        await UntilSentAsync(1);
        await _passing.UntilAsync(TimeSpan.FromSeconds(1), () => _sms.Sent.Count > 0, "a text");

        Assert.Equal("2 orders: 1 3 ", Assert.Single(_mail.Sent).Content.Body);
        Assert.Equal("1 orders: 2 ", Assert.Single(_sms.Sent).Content.Body);
    }

    [Fact]
    public async Task A_template_with_a_new_variable_does_not_break_a_digest_that_was_collected_before()
    {
        await using var application = await StartAsync();
        await application.SendAsync(Collected(1));
        await application.SendAsync(Collected(2));
        await _passing.PassAsync(application, TimeSpan.FromSeconds(5));
        await SaveTemplateAsync(application, "{{count}} new: {% for e in events %}{{e.number}}-{{e.color}} {% endfor %}");
        await _passing.PassAsync(application, TimeSpan.FromSeconds(5));
        await application.SendAsync(Collected(3) with { Data = new { number = 3, color = "red" } });

        await UntilSentAsync(2);

        Assert.Equal(
            ["1 new: 3-red ", "2 orders: 1 2 "],
            _mail.Sent.Select(delivery => delivery.Content.Body).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Events_and_summary_are_linked_both_ways()
    {
        await using var application = await StartAsync();
        var first = await application.SendAsync(Collected(1));
        var second = await application.SendAsync(Collected(2));
        Assert.Equal(CollectedState.Waiting, Assert.Single(await CollectedAsync(application, first)).State);

        await UntilSentAsync(1);

        var summary = Assert.Single(_mail.Sent).NotificationId;
        foreach (var id in (Guid[])[first, second])
        {
            var collected = Assert.Single(await CollectedAsync(application, id));
            Assert.Equal((CollectedState.Summarized, summary, "ada"), (collected.State, collected.SummaryId, collected.UserId));
        }

        var events = await application
            .Get<IDigestStore>()
            .ListAsync(Trigger.DefaultTenant, summary, true, 10, CancellationToken.None);
        Assert.Equal([first, second], events.Select(collected => collected.NotificationId));
    }

    [Fact]
    public async Task A_cancelled_event_is_in_no_summary()
    {
        await using var application = await StartAsync();
        var first = await application.SendAsync(Collected(1));
        await application.SendAsync(Collected(2));

        var cancellation = await application.Notifier.CancelAsync(Trigger.DefaultTenant, first);
        await UntilSentAsync(1);

        Assert.Equal((0, 0, 0, 1), Counts(cancellation));
        Assert.Equal("1 orders: 2 ", Assert.Single(_mail.Sent).Content.Body);
        Assert.Equal((0, 0, 1, 0), Counts(await application.Notifier.CancelAsync(Trigger.DefaultTenant, first)));
    }

    [Fact]
    public async Task A_summary_has_no_labels_of_its_events_and_is_not_cancelled_by_their_key()
    {
        await using var application = await StartAsync();
        var labelled = Collected(1) with { CancellationKey = "k", Reference = "r", Tags = ["t"] };
        await application.SendAsync(labelled);
        await UntilSentAsync(1);

        var target = new CancellationTarget { Tenant = Trigger.DefaultTenant, CancellationKey = "k" };
        var cancellation = await application.Notifier.CancelAsync(target);

        Assert.Equal((1, 0, 1), (cancellation.Notifications, cancellation.Cancelled, cancellation.Ended));
        Assert.Equal((null, null), (_mail.Sent.Single().Reference, _mail.Sent.Single().Tags));
    }

    [Fact]
    public async Task A_digest_of_which_every_event_was_cancelled_is_not_sent()
    {
        await using var application = await StartAsync();
        var id = await application.SendAsync(Collected(1));
        await application.Notifier.CancelAsync(Trigger.DefaultTenant, id);

        await _passing.PassAsync(application, Window * 2);

        Assert.Empty(_mail.Sent);
        Assert.Equal(CollectedState.Cancelled, Assert.Single(await CollectedAsync(application, id)).State);
    }

    [Theory]
    [InlineData("news sport", false, false)]
    [InlineData("sport", false, true)]
    [InlineData("news", false, true)]
    [InlineData("news sport", true, true)]
    [InlineData("", false, true)]
    public async Task A_summary_that_waits_is_sent_only_to_those_who_still_subscribe(string left, bool isNamed, bool isSent)
    {
        await using var application = await StartAsync();
        var now = TimeOnly.FromDateTime(_time.GetUtcNow().DateTime);
        await application.Directory.SaveUserAsync(
            Ada() with
            {
                TimeZone = "Etc/UTC",
                QuietHours = new QuietHours(now.AddHours(-1), now.AddHours(3)),
            }
        );
        if (isNamed)
            await application.SendAsync(Collected(3));
        var ids = new List<Guid>();
        foreach (var (topic, i) in ((string, int)[])[("news", 1), ("sport", 2)])
        {
            await application.Directory.SubscribeAsync(Trigger.DefaultTenant, topic, ["ada"]);
            ids.Add(await application.SendAsync(Collected(i) with { To = Recipient.Topic(topic) }));
            await _passing.UntilAsync(
                TimeSpan.FromSeconds(1),
                async () => (await CollectedAsync(application, ids[^1])).Count == 1,
                "the event"
            );
        }

        var summary = (await UntilStateAsync(application, ids[0], CollectedState.Summarized)).SummaryId!.Value;
        Assert.Equal(summary, (await UntilStateAsync(application, ids[1], CollectedState.Summarized)).SummaryId);
        foreach (var topic in left.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            await application.Directory.UnsubscribeAsync(Trigger.DefaultTenant, topic, ["ada"]);
        await _passing.PassAsync(application, TimeSpan.FromHours(4));

        var delivery = (await application.EndedDeliveriesAsync(summary)).Single(one => one.Delivery.Channel == Channel.Email);
        Assert.Equal(
            isSent ? (DeliveryState.Sent, null) : (DeliveryState.Cancelled, delivery.Reason),
            (delivery.State, delivery.Reason)
        );
        Assert.Equal(isSent, delivery.Reason?.StartsWith("the user unsubscribed from", StringComparison.Ordinal) != true);
        Assert.Equal(isSent ? 1 : 0, _mail.Sent.Count);
    }

    [Fact]
    public async Task A_digest_that_cannot_be_rendered_is_a_dead_letter_that_tells_why()
    {
        await using var application = await StartAsync();
        await SaveTemplateAsync(
            application,
            "{% for e in events %}{% unless forloop.last %}{{e.color}}{% endunless %}{% endfor %}done"
        );
        await _passing.PassAsync(application, TimeSpan.FromSeconds(5));
        var first = await application.SendAsync(Collected(1));
        var second = await application.SendAsync(Collected(2));
        var other = await application.SendAsync(Collected(3) with { Category = "news" });
        var apart = await application.SendAsync(Collected(3) with { CollapseKey = "rendered apart" });

        var dead = await UntilStateAsync(application, first, CollectedState.DeadLetter);

        Assert.Contains("color", dead.Reason, StringComparison.Ordinal);
        Assert.Null(dead.SummaryId);
        Assert.Equal(dead.Reason, (await UntilStateAsync(application, second, CollectedState.DeadLetter)).Reason);
        await UntilStateAsync(application, other, CollectedState.Summarized);
        await UntilStateAsync(application, apart, CollectedState.Summarized);
        await UntilSentAsync(2);
        Assert.Equal(["done", "done"], _mail.Sent.Select(sent => sent.Content.Body));
        await application.SendAsync(Collected(4));
        await UntilSentAsync(3);
    }

    [Fact]
    public async Task A_digest_of_a_user_who_is_gone_ends_cancelled()
    {
        await using var application = await StartAsync();
        var id = await application.SendAsync(Collected(1));
        await application.Get<IUserStore>().RemoveAsync(Trigger.DefaultTenant, "ada", CancellationToken.None);

        var ended = await UntilStateAsync(application, id, CollectedState.Cancelled);

        Assert.NotNull(ended.Reason);
        Assert.Empty(_mail.Sent);
    }

    [Theory]
    [InlineData(UnknownRecipientBehavior.Fail)]
    [InlineData(UnknownRecipientBehavior.Skip)]
    public async Task A_digest_of_a_user_who_is_removed_while_it_closes_ends_cancelled(UnknownRecipientBehavior onUnknown)
    {
        await using var application = await StartAsync(builder =>
            builder.Decorate<IUserStore>(
                (_, users) =>
                    new UserProbe(users)
                    {
                        // The trigger reads the user too, before the digest is due.
                        Found = found =>
                            found.Any(user => user.Id == "ada") && _time.GetUtcNow() >= _due
                                ? users.RemoveAsync(Trigger.DefaultTenant, "ada", CancellationToken.None).AsTask()
                                : Task.CompletedTask,
                    }
            )
        );
        _due = _time.GetUtcNow() + Window;
        var id = await application.SendAsync(Collected(1) with { OnUnknownRecipient = onUnknown });

        var ended = await UntilEndedAsync(application, id);

        Assert.Equal((CollectedState.Cancelled, "The user does not exist."), (ended.State, ended.Reason));
        Assert.Empty(_mail.Sent);
    }

    /// <summary>One trigger must not decide how the event of another is sent.</summary>
    [Fact]
    public async Task Events_with_another_collapse_key_or_fallback_are_not_in_one_summary()
    {
        await using var application = await StartAsync();
        var plain = Collected(1) with { Channels = [Channel.Email] };
        await application.SendAsync(plain);
        await application.SendAsync(plain with { Data = new { number = 2 }, CollapseKey = "orders" });
        await application.SendAsync(
            plain with
            {
                Data = new { number = 3 },
                Fallback = [new FallbackStep(Channel.Sms, TimeSpan.FromHours(1))],
            }
        );
        await application.SendAsync(plain with { Data = new { number = 4 } });

        await UntilSentAsync(1);
        // The others are due at once. Their own window would take longer than this waits.
        await _passing.UntilAsync(TimeSpan.FromMilliseconds(10), () => _mail.Sent.Count == 3, "the other summaries");

        Assert.Equal(
            ["1 orders: 2 |orders", "1 orders: 3 |", "2 orders: 1 4 |"],
            _mail.Sent.Select(sent => $"{sent.Content.Body}|{sent.CollapseKey}").Order(StringComparer.Ordinal)
        );
    }

    /// <summary>A summary is about several events, each with its own data of the recipient.</summary>
    [Fact]
    public async Task The_data_of_a_recipient_is_that_of_the_event_and_not_of_the_summary()
    {
        await using var application = await StartAsync();
        await SaveTemplateAsync(
            application,
            "{% for e in events %}{{ e.number }} {{ e.name }}, {% endfor %}{{ name | default: 'nobody' }}"
        );
        await _passing.PassAsync(application, TimeSpan.FromSeconds(5));
        string[] names = ["Ada", "Countess"];
        foreach (var (number, name) in names.Index())
        {
            await application.SendAsync(
                Collected(number) with
                {
                    To = Recipient.User("ada") with { Data = new { name } },
                    Channels = [Channel.Email],
                }
            );
        }

        await UntilSentAsync(1);

        Assert.Equal("0 Ada, 1 Countess, nobody", Assert.Single(_mail.Sent).Content.Body);
    }

    private static (long, long, long, long) Counts(Cancellation? cancellation) =>
        (cancellation!.Cancelled, cancellation.InFlight, cancellation.Ended, cancellation.Collected);

    private static Trigger Collected(int number) =>
        new()
        {
            To = Recipient.User("ada"),
            Template = "orders",
            Data = new { number },
            Digest = new Digest { Window = Window },
        };

    private static User Ada() =>
        new()
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org", ["phone"] = "+46701234567" },
        };

    private static async Task<IReadOnlyList<CollectedEvent>> CollectedAsync(TestApplication application, Guid id) =>
        await application.Get<IDigestStore>().ListAsync(Trigger.DefaultTenant, id, false, 10, CancellationToken.None);

    private Task UntilSentAsync(int count) =>
        _passing.UntilAsync(TimeSpan.FromSeconds(15), () => _mail.Sent.Count >= count, $"{count} emails");

    private async Task<CollectedEvent> UntilStateAsync(TestApplication application, Guid id, CollectedState state)
    {
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(15),
            async () => (await CollectedAsync(application, id)).All(collected => collected.State == state),
            $"the event to be {state}"
        );
        return Assert.Single(await CollectedAsync(application, id));
    }

    private async Task<CollectedEvent> UntilEndedAsync(TestApplication application, Guid id)
    {
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(15),
            async () => (await CollectedAsync(application, id)).All(collected => collected.State != CollectedState.Waiting),
            "the event to end"
        );
        return Assert.Single(await CollectedAsync(application, id));
    }

    private static Task SaveTemplateAsync(TestApplication application, string body) =>
        application.Templates.SaveAsync(
            new Template
            {
                Name = "orders",
                Variants =
                [
                    new TemplateVariant
                    {
                        Channel = Channel.Email,
                        Title = "Orders",
                        Body = body,
                    },
                ],
            }
        );

    private Task<TestApplication> StartAsync(params PreferenceChange[] preferences) => StartAsync(_ => { }, preferences);

    private async Task<TestApplication> StartAsync(Action<INotificationsBuilder> configure, params PreferenceChange[] preferences)
    {
        var application = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                configure(builder.UseInMemory());
            },
            _mail,
            _sms
        );
        await application.Directory.SaveUserAsync(Ada(), preferences);
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "orders",
                Variants =
                [
                    new TemplateVariant
                    {
                        Title = "Orders",
                        Body = "{{count}} orders: {% for e in events %}{{e.number}} {% endfor %}",
                    },
                ],
            }
        );
        return application;
    }
}
