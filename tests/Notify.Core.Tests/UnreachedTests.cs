using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>A timeline is never silent about a recipient.</summary>
public sealed class UnreachedTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private readonly ScriptedProvider _push = new("push", Channel.Push, _ => Outcome.Sent());

    [Theory]
    [InlineData(null, "none", "the user has no address for email, push")]
    [InlineData("push", "push", "the user has no address for push")]
    [InlineData("push email", "none", "the user has no address for push, email")]
    public async Task A_user_without_an_address_is_recorded(string? channels, string shown, string reason)
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(new User { Id = "ada" });

        var id = await application.SendAsync(
            TestApplication.Say(Recipient.User("ada")) with
            {
                Channels = channels is null ? null : [.. channels.Split(' ').Select(Channel.Create)],
            }
        );

        var skipped = await application.DeliveryAsync(id);
        AssertSkipped(skipped, "ada", reason);
        Assert.Equal(shown, skipped.Delivery.Channel.Name);
    }

    [Fact]
    public async Task A_declined_channel_is_recorded_where_nothing_else_is_sent()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada", Choice.OptOut("ads", null));
        await SaveAsync(application, "bob", Choice.OptOut("ads", Channel.Push));

        var id = await application.SendAsync(
            TestApplication.Say([Recipient.User("ada"), Recipient.User("bob")]) with
            {
                Category = "ads",
            }
        );

        var deliveries = await application.EndedDeliveriesAsync(id);
        AssertSkipped(
            Assert.Single(deliveries, one => one.Delivery.UserId == "ada"),
            "ada",
            "declined by the user's preferences",
            "ada@example.org"
        );
        Assert.Equal(DeliveryState.Sent, Assert.Single(deliveries, one => one.Delivery.UserId == "bob").State);
    }

    [Fact]
    public async Task A_template_without_a_variant_for_the_recipient_is_recorded()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "eva",
                Locale = "sv",
                Addresses = new Dictionary<string, string> { ["email"] = "eva@example.org" },
            }
        );
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "hej",
                Variants =
                [
                    new TemplateVariant
                    {
                        Locale = "sv",
                        Title = "Hej",
                        Body = "Hej",
                    },
                ],
            }
        );

        var id = await application.SendAsync(
            new Trigger { To = [Recipient.User("ada"), Recipient.User("eva")], Template = "hej" }
        );

        var deliveries = await application.EndedDeliveriesAsync(id);
        AssertSkipped(
            Assert.Single(deliveries, one => one.Delivery.UserId == "ada"),
            "ada",
            "the template has no variant for email",
            "ada@example.org"
        );
        Assert.Equal(DeliveryState.Sent, Assert.Single(deliveries, one => one.Delivery.UserId == "eva").State);
    }

    [Theory]
    [InlineData("email", "Ua@EXAMPLE.org", "ua@example.org", "other@example.org")]
    [InlineData("email", "ua@example.org", "ua@example.org", "other@example.org")]
    [InlineData("sms", "+46 70-123 45 67", "0046701234567", "+46701234568")]
    [InlineData("sms", "+46701234567", "+46701234567", "+46701234568")]
    [InlineData("webhook", "HTTP://Hooks.example.ORG:80/a", "http://hooks.example.org/a#part", "http://hooks.example.org/A")]
    [InlineData("webhook", "https://hooks.example.org", "https://hooks.example.org:443/", "https://hooks.example.org:444/")]
    [InlineData(
        "webhook",
        "https://hooks.example.org/a/../b?x=1",
        "https://hooks.example.org/%62?x=1",
        "https://hooks.example.org/b?X=1"
    )]
    [InlineData("webhook", "https://bücher.example/", "https://XN--BCHER-KVA.example/", "https://bucher.example/")]
    [InlineData("webhook", "http://[::1]:8080/", "http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8081/")]
    public async Task Two_spellings_of_one_address_get_one_message_and_both_are_in_the_timeline(
        string channel,
        string first,
        string second,
        string other
    )
    {
        var provider = new ScriptedProvider("any", Channel.Create(channel), _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(_time, provider);
        RecipientList to = [.. new[] { first, second, other }.Select(one => Recipient.Address(Channel.Create(channel), one))];

        var deliveries = await application.EndedDeliveriesAsync(await application.SendAsync(to));

        Assert.Equal(
            [
                (null, DeliveryState.Sent),
                ("the same address as another recipient", DeliveryState.Cancelled),
                (null, DeliveryState.Sent),
            ],
            deliveries.OrderBy(one => one.Delivery.Id).Select(one => (one.Reason, one.State))
        );
        Assert.Equal(2, provider.Sent.Count);
        if (channel != "sms")
            Assert.Equal([first, other], provider.Sent.Select(one => one.To.Value).OrderBy(one => one == other));
    }

    [Fact]
    public async Task A_direct_address_that_is_also_a_users_gets_one_message_as_the_users()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");

        var id = await application.SendAsync([Recipient.Email("ADA@example.ORG"), Recipient.User("ada")]);

        var deliveries = await application.EndedDeliveriesAsync(id);
        var sent = Assert.Single(deliveries, one => one.State == DeliveryState.Sent);
        Assert.Equal(("ada", "ada@example.org"), (sent.Delivery.UserId, sent.Delivery.To.Value));
        AssertSkipped(
            Assert.Single(deliveries, one => one != sent),
            "ada",
            "the same address as another recipient",
            "ADA@example.ORG"
        );
        Assert.Single(_mail.Sent);
    }

    /// <summary>Each app has its own tokens, so two of them may be equal.</summary>
    [Fact]
    public async Task The_same_token_of_two_apps_is_two_addresses()
    {
        var push = new ScriptedProvider("push", Channel.Push, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(push);
        foreach (var (user, app) in ((string, string)[])[("ada", "one"), ("ada", "two"), ("bob", "three")])
        {
            await application.Directory.SaveUserAsync(new User { Id = user });
            await application.Directory.RegisterDeviceAsync(
                new Device
                {
                    Id = app,
                    UserId = user,
                    Platform = Platform.Android,
                    Token = "token",
                    App = app,
                }
            );
        }

        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["bob"]);

        await application.SendAsync([Recipient.User("ada"), Recipient.Topic("news")]);

        await Eventually.TrueAsync(() => push.Sent.Count == 3, "a message for each app");
        Assert.Equal(["one", "three", "two"], push.Sent.Select(sent => sent.To.App).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_user_who_is_named_twice_is_one_recipient()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");

        var id = await application.SendAsync([Recipient.User("ada"), Recipient.User("ada")]);

        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(id)).State);
    }

    [Fact]
    public async Task Two_users_with_one_mailbox_get_one_message_and_both_are_in_the_timeline()
    {
        await using var application = await StartAsync();
        foreach (var id in new[] { "ada", "bob" })
            await application.Directory.SaveUserAsync(
                new User
                {
                    Id = id,
                    Addresses = new Dictionary<string, string> { ["email"] = "family@example.org" },
                }
            );

        var both = await application.SendAsync([Recipient.User("ada"), Recipient.User("bob")]);

        var deliveries = await application.EndedDeliveriesAsync(both);
        Assert.Equal(DeliveryState.Sent, Assert.Single(deliveries, one => one.Delivery.UserId == "ada").State);
        AssertSkipped(
            Assert.Single(deliveries, one => one.Delivery.UserId == "bob"),
            "bob",
            "the same address as another recipient",
            "family@example.org"
        );
        Assert.Single(_mail.Sent);
    }

    [Fact]
    public async Task An_address_that_a_broadcast_reaches_by_several_batches_gets_one_message()
    {
        await using var application = await StartAsync();
        // More than one batch has: named and subscribed in different spellings, in the first batch, later, and in the last one.
        string[] users = [.. Enumerable.Range(0, 1_200).Select(number => $"u{number:0000}")];
        var addresses = new Dictionary<string, string>
        {
            ["named"] = "chief@example.org",
            ["u0000"] = "family@example.org",
            ["u0300"] = "Chief@Example.ORG",
            ["u0600"] = "family@EXAMPLE.org",
            ["u0700"] = "direct@example.org",
            ["u1100"] = "Family@example.org",
        };
        await application
            .Get<IUserStore>()
            .SaveAsync(
                [
                    .. users
                        .Append("named")
                        .Select(user => new User
                        {
                            Id = user,
                            Addresses = new Dictionary<string, string>
                            {
                                ["email"] = addresses.GetValueOrDefault(user, $"{user}@example.org"),
                            },
                        }),
                ],
                CancellationToken.None
            );
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", users);

        var id = await application.SendAsync([
            Recipient.Topic("news"),
            Recipient.User("named"),
            Recipient.Email("direct@EXAMPLE.org"),
        ]);

        // One each, but for the four who share an address with somebody before them.
        var expected = users.Length + 2 - 4;
        await Eventually.TrueAsync(
            async () => await CountAsync(DeliveryState.Cancelled) + await CountAsync(DeliveryState.Sent) == users.Length + 2,
            "the broadcast"
        );
        Assert.Equal(expected, _mail.Sent.Count);
        Assert.Distinct(_mail.Sent.Select(one => one.To.Value.ToLowerInvariant()));
        Assert.DoesNotContain(_mail.Sent, one => one.UserId is "u0300" or "u0600" or "u0700" or "u1100");

        async Task<long> CountAsync(DeliveryState state) =>
            (
                await application
                    .Get<INotificationStore>()
                    .CountDeliveriesAsync(Trigger.DefaultTenant, id, CancellationToken.None)
            ).GetValueOrDefault(state);
    }

    [Fact]
    public async Task A_topic_that_never_had_a_subscriber_is_refused_and_one_that_is_empty_is_recorded()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, "ada");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "left", ["ada"]);
        await application.Get<ITopicStore>().UnsubscribeAsync(Trigger.DefaultTenant, "left", ["ada"], CancellationToken.None);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync([Recipient.User("ada"), Recipient.Topic("left"), Recipient.Topic("lfet")])
        );
        Assert.Equal(
            [new FieldError("to[2]", FieldErrorCodes.NotFound, "No user has ever subscribed to this topic.")],
            refused.Errors
        );

        var id = await application.SendAsync(Recipient.Topic("left"));
        var progress = Assert.Single(
            await application.Expansions.GetProgressAsync(Trigger.DefaultTenant, id, CancellationToken.None)
        );
        Assert.Equal(("left", 0L, 0L, true), (progress.Topic, progress.Done, progress.Total, progress.IsComplete));
        Assert.Empty(await application.DeliveriesAsync(id));
    }

    [Fact]
    public async Task A_subscriber_who_does_not_exist_or_has_no_address_is_recorded()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "stranger"]);

        var id = await application.SendAsync(Recipient.Topic("news"));

        await Eventually.TrueAsync(async () => (await application.DeliveriesAsync(id)).Count == 2, "both subscribers");
        var deliveries = await application.DeliveriesAsync(id);
        AssertSkipped(
            Assert.Single(deliveries, one => one.Delivery.UserId == "ada"),
            "ada",
            "the user has no address for email, push"
        );
        AssertSkipped(Assert.Single(deliveries, one => one.Delivery.UserId == "stranger"), "stranger", "the user does not exist");
    }

    [Theory]
    [InlineData("emial")]
    [InlineData("slack")]
    public async Task A_channel_without_a_provider_is_refused_wherever_it_is_named(string name)
    {
        await using var application = await StartAsync();
        var channel = Channel.Create(name);

        Assert.Equal(
            ["channels[0]", "fallback[0].channel"],
            application
                .Notifier.Validate(
                    TestApplication.Say(Recipient.User("ada")) with
                    {
                        Channels = [channel],
                        Fallback = [new FallbackStep(channel, TimeSpan.FromMinutes(1))],
                    }
                )
                .Select(error => error.Field)
                .Distinct()
                .Order()
        );
    }

    private static void AssertSkipped(DeliveryRecord record, string user, string reason, string address = "")
    {
        Assert.Equal((DeliveryState.Cancelled, reason), (record.State, record.Reason));
        Assert.Equal((user, address), (record.Delivery.UserId, record.Delivery.To.Value));
        Assert.Empty(record.Attempts);
    }

    private static Task SaveAsync(TestApplication application, string id, params PreferenceChange[] preferences) =>
        application.Directory.SaveUserAsync(
            new User
            {
                Id = id,
                Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
            },
            preferences
        );

    private Task<TestApplication> StartAsync() => TestApplication.StartAsync(_time, _mail, _push);
}
