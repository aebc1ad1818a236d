using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of the updates to users and devices that vendors' answers cause.</summary>
public sealed class UpkeepTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Who_opts_out_with_the_vendor_gets_no_more_over_that_channel()
    {
        var sms = Answering("sms", Channel.Sms, Outcome.OptedOut("21610"));
        var mail = Answering("mail", Channel.Email, Outcome.Sent());
        await using var application = await TestApplication.StartAsync(sms, mail);
        await application.Directory.SaveUserAsync(Ada(("phone", "+46701234567"), ("email", "ada@example.org")));

        var deliveries = await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));
        var later = await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        Assert.Equal(DeliveryState.DeadLetter, deliveries.Single(delivery => delivery.Delivery.Channel == Channel.Sms).State);
        Assert.Equal(Channel.Email, Assert.Single(later).Delivery.Channel);
        Assert.Single(sms.Sent);
        Assert.Equal([Choice.OptOut(null, Channel.Sms)], await application.Directory.GetChoicesAsync("ada"));
    }

    [Fact]
    public async Task Opting_out_keeps_what_else_a_user_wants()
    {
        await using var application = await TestApplication.StartAsync(Answering("sms", Channel.Sms, Outcome.OptedOut("21610")));
        var alarms = Choice.OptIn("alarm", null);
        await application.Directory.SaveUserAsync(
            Ada(("phone", "+46701234567")) with
            {
                Locale = "sv",
            },
            alarms,
            Choice.OptIn(null, Channel.Sms)
        );

        await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        Assert.Equal([alarms, Choice.OptOut(null, Channel.Sms)], await application.Directory.GetChoicesAsync("ada"));
        Assert.Equal("sv", (await FindAdaAsync(application)).Locale);
    }

    [Fact]
    public async Task A_number_without_a_user_that_opted_out_gets_no_more_until_its_opt_out_is_removed()
    {
        var sms = new ScriptedProvider("sms", Channel.Sms, delivery =>
            delivery.To.Value.EndsWith('7') ? Outcome.OptedOut("21610") : Outcome.Sent()
        );
        var mail = Answering("mail", Channel.Email, Outcome.Sent());
        await using var application = await TestApplication.StartAsync(sms, mail);
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone("+46701234567")));
        Assert.Equal([Choice.OptOut(null, Channel.Sms)], await application.Directory.GetChoicesAsync("phone:+46701234567"));

        var declined = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone("+46 70-123 45 67")));
        var other = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone("+46701234568")));
        await application.SendAsync(TestApplication.Say(Recipient.Phone("+46701234567")) with { Tenant = "other" });
        await Eventually.TrueAsync(() => sms.Sent.Count == 3, "the other tenant's text");

        Assert.Equal((DeliveryState.Cancelled, "the phone number opted out"), (declined.State, declined.Reason));
        Assert.Equal(DeliveryState.Sent, other.State);
        Assert.Equal(
            ChangeStatus.Removed,
            await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "phone:+46701234567")
        );
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone("+46701234567")));
        Assert.Equal(4, sms.Sent.Count);
    }

    /// <summary>The preferences of a phone number are stored under an id that an application may also give to a user.</summary>
    [Fact]
    public async Task A_user_whose_id_is_that_of_a_phone_number_is_not_the_number()
    {
        const string Number = "+46701234567";
        var sms = Answering("sms", Channel.Sms, Outcome.Sent());
        await using var application = await TestApplication.StartAsync(sms);
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "welcome",
                Variants = [new TemplateVariant { Body = "Hello" }, new TemplateVariant { Locale = "sv", Body = "Hej" }],
            }
        );
        await application.Directory.SaveUserAsync(Ada(("phone", "+46701234568")) with { Id = $"phone:{Number}", Locale = "sv" });

        var id = await application.SendAsync(TemplateTrigger.Create(null) with { To = Recipient.Phone(Number) });

        var sent = (await application.EndedDeliveryAsync(id)).Delivery;
        Assert.Equal((Number, null, "Hello"), (sent.To.Value, sent.UserId, sent.Content.Body));
    }

    [Fact]
    public async Task Nothing_is_recorded_for_another_address_without_a_user()
    {
        var mail = Answering("mail", Channel.Email, Outcome.OptedOut("on the suppression list"));
        await using var application = await TestApplication.StartAsync(mail);

        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));

        Assert.Empty(await application.Directory.GetChoicesAsync("phone:ada@example.org"));
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));
        Assert.Equal(2, mail.Sent.Count);
    }

    /// <summary>A vendor may report STOP long after the user was deleted.</summary>
    [Fact]
    public async Task An_opt_out_that_is_reported_after_the_user_was_erased_leaves_nothing_behind()
    {
        var sms = Answering("sms", Channel.Sms, Outcome.Sent());
        await using var application = await TestApplication.StartAsync(_time, sms);
        await application.Directory.SaveUserAsync(Ada(("phone", "+46701234567")));
        var id = await application.SendAsync(Recipient.User("ada"));
        var delivery = (await application.EndedDeliveryAsync(id)).Delivery.Id;
        await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "ada");
        await Eventually.TrueAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(20));
                return (await application.DeliveryAsync(id)).Delivery.To.Value.Length == 0;
            },
            "the erasure"
        );

        var stop = new Receipt(delivery, ReceiptKind.Bounced, _time.GetUtcNow()) { IsOptOut = true };
        await application.Get<IReceipts>().RecordAsync(new CallbackReceipts(Trigger.DefaultTenant, [stop]));

        Assert.Empty(await application.Directory.GetChoicesAsync("ada"));
        Assert.Empty(await application.Directory.GetChoicesAsync("phone:"));
    }

    [Fact]
    public async Task A_phone_number_that_opted_out_is_no_user()
    {
        const string Number = "+46701234567";
        var sms = Answering("sms", Channel.Sms, Outcome.OptedOut("21610"));
        await using var application = await TestApplication.StartAsync(sms);
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone(Number)));

        var unknown = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync([Recipient.Phone(Number), Recipient.User($"phone:{Number}")])
        );

        Assert.Equal("to[1]", Assert.Single(unknown.Errors).Field);
    }

    [Fact]
    public async Task A_webhook_that_is_gone_is_taken_from_its_user()
    {
        var hook = Answering("webhook", Channel.Webhook, Outcome.RecipientGone("HTTP 410"));
        await using var application = await TestApplication.StartAsync(hook);
        await application.Directory.SaveUserAsync(Ada(("webhook", "https://example.org/hook"), ("phone", "+46701234567")));

        await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        var unreached = await application.DeliveryAsync(await application.SendAsync(Recipient.User("ada")));
        Assert.Equal("the user has no address for webhook", unreached.Reason);
        Assert.Equal(["phone"], (await FindAdaAsync(application)).Addresses.Keys);
    }

    [Fact]
    public async Task A_webhook_that_was_changed_meanwhile_stays()
    {
        var answer = new TaskCompletionSource<Outcome>();
        var hook = new ScriptedProvider("webhook", Channel.Webhook, (_, _) => new ValueTask<Outcome>(answer.Task));
        await using var application = await TestApplication.StartAsync(hook);
        await application.Directory.SaveUserAsync(Ada(("webhook", "https://example.org/old")));
        var id = await application.SendAsync(Recipient.User("ada"));
        await Eventually.TrueAsync(() => hook.Sent.Count == 1, "the attempt");

        await application.Directory.SaveUserAsync(Ada(("webhook", "https://example.org/new")));
        answer.SetResult(Outcome.RecipientGone("HTTP 410"));

        await application.EndedDeliveriesAsync(id);
        Assert.Equal("https://example.org/new", (await FindAdaAsync(application)).Addresses["webhook"]);
    }

    [Fact]
    public async Task An_email_address_is_never_taken_from_a_user()
    {
        await using var application = await TestApplication.StartAsync(
            Answering("mail", Channel.Email, Outcome.RecipientGone("5.1.1"))
        );
        await application.Directory.SaveUserAsync(Ada(("email", "ada@example.org")));

        await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        Assert.Equal("ada@example.org", (await FindAdaAsync(application)).Addresses["email"]);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public async Task A_token_is_pruned_only_when_the_vendor_knew_it_dead_after_it_was_registered(int minutesAfter, bool isPruned)
    {
        var deadSince = _time.GetUtcNow().AddMinutes(minutesAfter);
        var push = Answering("apns", Channel.Push, Outcome.RecipientGone("Unregistered", deadSince));
        await using var application = await TestApplication.StartAsync(_time, push);
        await application.Directory.SaveUserAsync(Ada());
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "ada",
                Platform = Platform.Ios,
                Token = "token-1",
            }
        );

        await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        var device = Assert.Single(
            await application.Get<IDeviceStore>().ListAsync(Trigger.DefaultTenant, "ada", CancellationToken.None)
        );
        Assert.Equal(isPruned ? deadSince : null, device.PrunedAt);
    }

    [Fact]
    public async Task What_a_vendor_bills_is_shown_with_the_attempt()
    {
        var cost = new Cost(3, 0.0225m, "USD");
        await using var application = await TestApplication.StartAsync(Answering("sms", Channel.Sms, Outcome.Sent("SM1", cost)));

        var delivery = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone("+46701234567")));

        Assert.Equal(cost, Assert.Single(delivery.Attempts).Cost);
    }

    private static ScriptedProvider Answering(string name, Channel channel, Outcome outcome) => new(name, channel, _ => outcome);

    private static User Ada(params (string Name, string Address)[] addresses) =>
        new() { Id = "ada", Addresses = addresses.ToDictionary(address => address.Name, address => address.Address) };

    private static async Task<User> FindAdaAsync(TestApplication application) =>
        (await application.Directory.FindUserAsync(Trigger.DefaultTenant, "ada"))!.Value;
}
