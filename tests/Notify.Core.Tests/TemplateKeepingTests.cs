using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Which versions of templates stay, and in whose time zone they are rendered.</summary>
public sealed class TemplateKeepingTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private readonly ScriptedProvider _push = new("push", Channel.Push, _ => Outcome.Sent());

    [Fact]
    public async Task Only_so_many_versions_are_kept_and_those_that_an_open_digest_needs()
    {
        await using var application = await TestApplication.StartAsync(
            _time,
            builder => builder.Services.Configure<NotificationsOptions>(options => options.Templates.MaxVersions = 2),
            _mail
        );
        await SaveAsync(application, "1 {{ count }}");
        await SaveAsync(application, "2 {{ count }}");
        await application.SendAsync(Welcome() with { Digest = new Digest { Window = TimeSpan.FromHours(1) } });
        for (var version = 3; version <= 6; version++)
            await SaveAsync(application, $"{version}");

        Assert.Equal("2 5 6", await VersionsAsync(application));

        _time.Jump(TimeSpan.FromDays(60));
        await SaveAsync(application, "7");
        Assert.Equal("6 7", await VersionsAsync(application));
    }

    [Fact]
    public async Task A_deleted_template_is_refused_and_another_of_its_name_is_not_taken_for_it()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        await SaveAsync(application, "old");
        await application.SendAsync(Welcome());

        Assert.True(await application.Templates.DeleteAsync(Trigger.DefaultTenant, "welcome"));
        Assert.False(await application.Templates.DeleteAsync(Trigger.DefaultTenant, "welcome"));
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(Welcome()));
        Assert.Equal("template", Assert.Single(refused.Errors).Field);

        Assert.Equal(1, await SaveAsync(application, "new"));
        Assert.Equal("new", (await application.DeliveryAsync(await application.SendAsync(Welcome()))).Delivery.Content.Body);
    }

    [Fact]
    public async Task A_saved_template_is_used_at_once_by_the_process_that_saved_it()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        for (var version = 1; version <= 3; version++)
        {
            await SaveAsync(application, $"{version}");

            var sent = await application.DeliveryAsync(await application.SendAsync(Welcome()));
            Assert.Equal($"{version}", sent.Delivery.Content.Body);
        }
    }

    [Fact]
    public async Task Each_recipient_reads_times_on_the_clock_of_its_device_or_its_own_or_UTC()
    {
        await using var application = await TestApplication.StartAsync(_mail, _push);
        await SaveAsync(application, "{{ at | date: '%H:%M' }}");
        await UserAsync(application, "ada", "Europe/Stockholm");
        await UserAsync(application, "bob", "Asia/Kolkata");
        await UserAsync(application, "eve", null);
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "bob",
                Platform = Platform.Android,
                Token = "token",
                TimeZone = "America/New_York",
            }
        );

        var id = await application.SendAsync(
            Welcome() with
            {
                To = [Recipient.User("ada"), Recipient.User("bob"), Recipient.User("eve"), Recipient.Email("x@example.org")],
                Data = new { at = "2026-03-29T10:15:00Z" },
            }
        );

        Assert.Equal(
            ["06:15 bob Push", "10:15  Email", "10:15 eve Email", "12:15 ada Email", "15:45 bob Email"],
            (await application.DeliveriesAsync(id))
                .Select(record => record.Delivery)
                .Select(delivery =>
                    $"{delivery.Content.Body} {delivery.UserId} {(delivery.To.Channel == Channel.Push ? "Push" : "Email")}"
                )
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Each_subscriber_of_a_topic_reads_times_on_its_own_clock()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "welcome",
                Variants =
                [
                    new TemplateVariant { Body = "{{ at | date: '%H:%M' }}" },
                    new TemplateVariant { Locale = "de", Body = "{{ at | date: '%H:%M' }} Uhr" },
                ],
            }
        );
        // Names of the same rules, of a zone that was renamed, of half an hour, and of clocks that change in the other half year.
        string?[] zones =
        [
            "Europe/Stockholm",
            "Europe/Paris",
            "Asia/Calcutta",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "America/New_York",
            "Pacific/Kiritimati",
            "Etc/UTC",
            null,
        ];
        for (var number = 0; number < zones.Length; number++)
            await UserAsync(application, $"u{number}", zones[number], number == 1 ? "de-AT" : null);
        await UserAsync(application, "named", "America/Los_Angeles");
        await application.Directory.SubscribeAsync(
            Trigger.DefaultTenant,
            "news",
            [.. Enumerable.Range(0, zones.Length).Select(n => $"u{n}")]
        );

        var id = await application.SendAsync(
            Welcome() with
            {
                To = [Recipient.Topic("news"), Recipient.User("named")],
                Data = new { at = "2026-03-29T10:15:00Z" },
            }
        );

        await Eventually.TrueAsync(() => _mail.Sent.Count == zones.Length + 1, "the broadcast");
        var bodies = _mail.Sent.ToDictionary(delivery => delivery.UserId!, delivery => delivery.Content.Body);
        Assert.Equal(
            ["12:15", "12:15 Uhr", "15:45", "15:45", "21:15", "06:15", "00:15", "10:15", "10:15"],
            Enumerable.Range(0, zones.Length).Select(number => bodies[$"u{number}"])
        );
        Assert.Equal("03:15", bodies["named"]);
        var notification = await application
            .Get<INotificationStore>()
            .FindAsync(Trigger.DefaultTenant, id, CancellationToken.None);
        // As many as there are different texts: two languages, and the offsets that are in use at that time.
        Assert.InRange(notification!.Contents.Count, 2 * 30, 2 * 42);
    }

    [Fact]
    public async Task A_broadcast_whose_texts_exceed_the_budget_in_all_zones_shows_UTC_in_the_rest()
    {
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder
                    .UseInMemory()
                    .Services.Configure<NotificationsOptions>(options => options.Templates.MaxTotalOutputLength = 20),
            _mail
        );
        await SaveAsync(application, "{{ at | date: '%H:%M' }}");
        await UserAsync(application, "ada", "Pacific/Kiritimati");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);

        await application.SendAsync(Welcome() with { To = Recipient.Topic("news"), Data = new { at = "2026-03-29T10:15:00Z" } });

        await Eventually.TrueAsync(() => _mail.Sent.Count == 1, "the broadcast");
        Assert.Equal("10:15", Assert.Single(_mail.Sent).Content.Body);
    }

    [Fact]
    public async Task A_time_zone_beyond_the_twelfth_is_shown_as_UTC()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(application, "{{ at | date: '%H' }}");
        for (var offset = -7; offset <= 7; offset++)
            await UserAsync(
                application,
                $"u{offset}",
                $"Etc/GMT{offset:+0;-0;+0}".Replace("GMT+0", "GMT", StringComparison.Ordinal)
            );

        var id = await application.SendAsync(
            Welcome() with
            {
                To = [.. Enumerable.Range(-7, 15).Select(offset => Recipient.User($"u{offset}"))],
                Data = new { at = "2026-03-29T12:00:00Z" },
            }
        );

        var deliveries = await application.DeliveriesAsync(id);
        Assert.Equal(15, deliveries.Count);
        // Eleven zones, and UTC for the others. The twelve o'clock of UTC itself may be among the eleven.
        Assert.InRange(deliveries.Count(record => record.Delivery.Content.Body == "12"), 4, 5);
    }

    private static Trigger Welcome() =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Template = "welcome",
            Data = new { },
        };

    private static Task<int> SaveAsync(TestApplication application, string body) =>
        application.Templates.SaveAsync(new Template { Name = "welcome", Variants = [new TemplateVariant { Body = body }] });

    private static Task UserAsync(TestApplication application, string id, string? timeZone, string? locale = null) =>
        application.Directory.SaveUserAsync(
            new User
            {
                Id = id,
                TimeZone = timeZone,
                Locale = locale,
                Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
            }
        );

    private static async Task<string> VersionsAsync(TestApplication application)
    {
        var store = application.Get<ITemplateStore>();
        var found = new List<int>();
        for (var version = 1; version <= 9; version++)
        {
            if (await store.FindAsync(Trigger.DefaultTenant, "welcome", version, CancellationToken.None) is not null)
                found.Add(version);
        }

        return string.Join(' ', found);
    }
}
