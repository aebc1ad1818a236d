using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class PlanningTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_user_is_reached_at_every_address_and_device()
    {
        await using var application = await StartAsync();
        await SaveAsync(application, Ada());
        await RegisterAsync(application, "phone", Platform.Android, "shop");
        await RegisterAsync(application, "tablet", Platform.Ios, "news");

        var deliveries = await application.DeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        Assert.Equal(
            ["email ada@example.org  ", "push t-phone android shop", "push t-tablet ios news", "sms +46701234567  "],
            deliveries
                .Select(d => $"{d.Delivery.Channel} {d.Delivery.To.Value} {d.Delivery.To.Platform} {d.Delivery.To.App}")
                .Order(StringComparer.Ordinal)
        );
    }

    public static TheoryData<string, string> Preferences =>
        new()
        {
            { "", "email sms" },
            { "-*/email", "sms" },
            { "-news/*", "" },
            { "-news/* +news/email", "email" },
            { "+news/email -news/*", "email" },
            { "-*/* +news/*", "email sms" },
            { "-*/email +news/*", "email sms" },
            { "+*/email -news/email", "sms" },
            { "-other/*", "email sms" },
        };

    [Theory]
    [MemberData(nameof(Preferences))]
    public async Task The_most_specific_preference_decides(string preferences, string channels)
    {
        await using var application = await StartAsync();
        await SaveAsync(application, Ada());
        await application.Directory.ChangePreferencesAsync(
            Trigger.DefaultTenant,
            "ada",
            [.. preferences.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse)],
            PreferenceSource.Api
        );

        var id = await application.SendAsync(TestApplication.Say(Recipient.User("ada")) with { Category = "news" });

        Assert.Equal(
            channels,
            string.Join(
                ' ',
                (await application.DeliveriesAsync(id))
                    .Where(d => d.State != DeliveryState.Cancelled)
                    .Select(d => d.Delivery.Channel.Name)
                    .Order(StringComparer.Ordinal)
            )
        );

        static PreferenceChange Parse(string text) =>
            text[1..].Split('/') is var parts
                ? Choice.Create(
                    parts[0] == "*" ? null : parts[0],
                    parts[1] == "*" ? null : Channel.Create(parts[1]),
                    text[0] == '+' ? PreferenceStatus.OptedIn : PreferenceStatus.OptedOut
                )
                : throw new InvalidOperationException();
    }

    [Theory]
    [InlineData("2026-01-05T12:00Z", "22:00", "07:00", "UTC", "2026-01-05T12:00Z")]
    [InlineData("2026-01-05T23:00Z", "22:00", "07:00", "UTC", "2026-01-06T07:00Z")]
    [InlineData("2026-01-05T03:00Z", "22:00", "07:00", "UTC", "2026-01-05T07:00Z")]
    [InlineData("2026-01-05T07:00Z", "22:00", "07:00", "UTC", "2026-01-05T07:00Z")]
    [InlineData("2026-01-05T13:00Z", "12:00", "14:00", "UTC", "2026-01-05T14:00Z")]
    [InlineData("2026-01-05T21:30Z", "22:00", "07:00", "Europe/Stockholm", "2026-01-06T06:00Z")]
    [InlineData("2026-03-28T23:00Z", "22:00", "07:00", "Europe/Stockholm", "2026-03-29T05:00Z")]
    [InlineData("2026-03-29T00:30Z", "22:00", "02:30", "Europe/Stockholm", "2026-03-29T01:30Z")]
    [InlineData("2026-10-25T01:15Z", "22:00", "02:30", "Europe/Stockholm", "2026-10-25T01:15Z")]
    [InlineData("2026-10-25T01:15Z", "02:30", "07:00", "Europe/Stockholm", "2026-10-25T06:00Z")]
    [InlineData("2026-03-29T01:10Z", "22:00", "02:30", "Europe/Stockholm", "2026-03-29T01:30Z")]
    [InlineData("2026-03-29T01:10Z", "02:30", "07:00", "Europe/Stockholm", "2026-03-29T01:10Z")]
    [InlineData("2026-01-05T21:30Z", "22:00", "21:00", "UTC", "2026-01-05T21:30Z")]
    [InlineData("2026-01-05T20:59Z", "22:00", "21:00", "UTC", "2026-01-05T21:00Z")]
    public async Task Quiet_hours_put_deliveries_off_on_the_users_clock(
        string sendAt,
        string from,
        string to,
        string zone,
        string due
    )
    {
        var time = new ManualTime(DateTimeOffset.Parse(sendAt).AddHours(-2));
        await using var application = await StartAsync(time);
        await SaveAsync(
            application,
            Ada() with
            {
                TimeZone = zone,
                QuietHours = new QuietHours(TimeOnly.Parse(from), TimeOnly.Parse(to)),
            }
        );
        var trigger = TestApplication.Say(Recipient.User("ada")) with
        {
            SendAt = DateTimeOffset.Parse(sendAt),
            Channels = [Channel.Email],
        };

        var id = await application.SendAsync(trigger);
        var urgent = await application.SendAsync(trigger with { Priority = Priority.High });

        Assert.Equal(DateTimeOffset.Parse(due), (await application.DeliveryAsync(id)).Delivery.DueAt);
        Assert.Equal(trigger.SendAt, (await application.DeliveryAsync(urgent)).Delivery.DueAt);
    }

    [Theory]
    [InlineData("2026-03-01T09:00", "America/Los_Angeles", "2026-03-01T17:00Z")]
    [InlineData("2026-07-01T09:00", "Europe/Stockholm", "2026-07-01T07:00Z")]
    [InlineData("2026-07-01T09:00", null, "2026-07-01T09:00Z")]
    [InlineData("2026-03-29T02:30", "Europe/Stockholm", "2026-03-29T01:30Z")]
    [InlineData("2026-10-25T02:30", "Europe/Stockholm", "2026-10-25T00:30Z")]
    [InlineData("2027-03-28T01:30", "Europe/Dublin", "2027-03-28T01:30Z")]
    [InlineData("2026-10-25T01:30", "Europe/Dublin", "2026-10-25T00:30Z")]
    [InlineData("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45Z")]
    [InlineData("2027-10-03T02:15", "Australia/Lord_Howe", "2027-10-02T15:45Z")]
    [InlineData("2027-04-04T01:45", "Australia/Lord_Howe", "2027-04-03T14:45Z")]
    [InlineData("2026-03-29T02:30", "Antarctica/Troll", "2026-03-29T02:30Z")]
    [InlineData("2026-02-15T02:30", "Africa/Casablanca", "2026-02-15T01:30Z")]
    [InlineData("2026-03-22T02:30", "Africa/Casablanca", "2026-03-22T02:30Z")]
    public async Task A_local_time_is_the_recipients(string local, string? zone, string due)
    {
        await using var application = await StartAsync(_time, options => options.MaxScheduleAhead = TimeSpan.FromDays(1_000));
        await SaveAsync(application, Ada() with { TimeZone = zone });

        var id = await application.SendAsync(
            TestApplication.Say(Recipient.User("ada")) with
            {
                SendAtLocal = DateTime.Parse(local),
                Channels = [Channel.Email],
            }
        );

        var delivery = (await application.DeliveryAsync(id)).Delivery;
        Assert.Equal(DateTimeOffset.Parse(due), delivery.DueAt);
    }

    [Fact]
    public async Task What_is_put_off_has_its_whole_time_to_live_left()
    {
        await using var application = await StartAsync(_time, options => options.DefaultTimeToLive = TimeSpan.FromHours(1));
        await SaveAsync(
            application,
            Ada() with
            {
                TimeZone = "America/Los_Angeles",
                QuietHours = new QuietHours(new(0, 0), new(10, 0)),
            }
        );

        var id = await application.SendAsync(
            TestApplication.Say(Recipient.User("ada")) with
            {
                SendAtLocal = new DateTime(2026, 1, 6, 9, 0, 0),
                Channels = [Channel.Email],
            }
        );

        var delivery = (await application.DeliveryAsync(id)).Delivery;
        Assert.Equal(delivery.DueAt + TimeSpan.FromHours(1), delivery.ExpiresAt);
    }

    [Theory]
    [InlineData("pt-BR", "email", "email pt-BR")]
    [InlineData("pt-BR", "sms", "pt")]
    [InlineData("pt-PT", "sms", "pt")]
    [InlineData("sv-SE", "sms", "sms")]
    [InlineData("sv-SE", "email", "default")]
    [InlineData(null, "sms", "sms")]
    public async Task The_closest_language_comes_first_and_then_the_channels_own_text(string? locale, string channel, string body)
    {
        await using var application = await StartAsync();
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "welcome",
                Variants =
                [
                    new TemplateVariant { Body = "default" },
                    new TemplateVariant { Channel = Channel.Sms, Body = "sms" },
                    new TemplateVariant { Locale = "pt", Body = "pt" },
                    new TemplateVariant
                    {
                        Channel = Channel.Email,
                        Locale = "pt-BR",
                        Body = "email pt-BR",
                    },
                ],
            }
        );
        await SaveAsync(application, Ada() with { Locale = locale });

        var id = await application.SendAsync(
            new Trigger
            {
                To = Recipient.User("ada"),
                Template = "welcome",
                Channels = [Channel.Create(channel)],
            }
        );

        Assert.Equal(body, (await application.DeliveryAsync(id)).Delivery.Content.Body);
    }

    [Fact]
    public async Task A_template_for_one_channel_says_nothing_over_another()
    {
        await using var application = await StartAsync();
        await application.Templates.SaveAsync(
            new Template { Name = "mail", Variants = [new TemplateVariant { Channel = Channel.Email, Body = "mail" }] }
        );
        await SaveAsync(application, Ada());

        var id = await application.SendAsync(new Trigger { To = Recipient.User("ada"), Template = "mail" });

        Assert.Equal(Channel.Email, (await application.DeliveryAsync(id)).Delivery.Channel);
    }

    [Fact]
    public async Task A_newer_notification_with_the_same_collapse_key_takes_the_place_of_one_that_waits()
    {
        await using var application = await StartAsync();
        var trigger = TestApplication.Say(Recipient.Email("ada@example.org")) with
        {
            CollapseKey = "score",
            SendAt = _time.GetUtcNow().AddHours(1),
        };
        var old = await application.SendAsync(trigger);
        var another = await application.SendAsync(trigger with { CollapseKey = "news" });

        var newer = await application.SendAsync(trigger);

        var superseded = await application.DeliveryAsync(old);
        Assert.Equal((DeliveryState.Cancelled, "superseded"), (superseded.State, superseded.Reason));
        Assert.Equal(DeliveryState.Pending, (await application.DeliveryAsync(another)).State);
        Assert.Equal(DeliveryState.Pending, (await application.DeliveryAsync(newer)).State);
    }

    private static User Ada() =>
        new()
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org", ["phone"] = "+46701234567" },
        };

    private Task<TestApplication> StartAsync(ManualTime? time = null, Action<NotificationsOptions>? options = null) =>
        TestApplication.StartAsync(
            time ?? _time,
            builder => builder.Services.Configure(options ?? (_ => { })),
            [
                .. new[] { Channel.Email, Channel.Sms, Channel.Push }.Select(channel => new ScriptedProvider(
                    $"p-{channel}",
                    channel,
                    _ => Outcome.Sent()
                )),
            ]
        );

    private static Task SaveAsync(TestApplication application, User user) => application.Directory.SaveUserAsync(user);

    private static Task RegisterAsync(TestApplication application, string id, Platform platform, string app) =>
        application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = id,
                UserId = "ada",
                Platform = platform,
                Token = $"t-{id}",
                App = app,
            }
        );
}
