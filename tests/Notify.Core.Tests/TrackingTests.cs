using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests which parts of an email are tracked, and that following a link is recorded once.</summary>
public sealed partial class TrackingTests
{
    private const string Url = "https://track.example/v1/track";
    private const string Key = "0123456789 0123456789 0123456789";
    private const string Link = """<body><a href="https://shop.example/42">Order</a></body>""";

    private static readonly TrackingSettings Everything = new() { Opens = true, Clicks = true };
    private static readonly TrackingSettings OnlyClicks = new() { Clicks = true };

    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Theory]
    [InlineData("<a href=\"https://a.example/x?b=1&amp;c=2\">x</a>", "<a href=\"[https://a.example/x?b=1&c=2]\">x</a>")]
    [InlineData("<A title=x HREF = 'https://a.example/' data-x>x</A>", "<A title=x HREF = \"[https://a.example/]\" data-x>x</A>")]
    [InlineData("<a href=https://a.example/x>x</a>", "<a href=\"[https://a.example/x]\">x</a>")]
    [InlineData("<a href=\" https://å.example/ö \">x</a>", "<a href=\"[https://xn--5ca.example/%C3%B6]\">x</a>")]
    [InlineData("<map><area href=\"https://a.example/\"></map>", "<map><area href=\"[https://a.example/]\"></map>")]
    [InlineData(
        "<a href='https://a.example/' href='https://b.example/'>x</a>",
        "<a href=\"[https://a.example/]\" href='https://b.example/'>x</a>"
    )]
    [InlineData("<a href=\"https://a.example/\" data-notify-track=\"off\">x</a>", null)]
    [InlineData("<a data-notify-track=OFF href=\"https://a.example/\">x</a>", null)]
    [InlineData("<a href=\"http://a.example/\">x</a><a href=\"mailto:a@a.example\">x</a><a href=\"#top\">x</a>", null)]
    [InlineData("<a href=\"javascript:alert(1)\">x</a><a href=\"//a.example/\">x</a><a href=\"/x\">x</a><a>x</a>", null)]
    [InlineData("<a href=\"https://ada:secret@a.example/\">x</a><a href=\"https://\">x</a>", null)]
    [InlineData("<a href=\"https://prefs.example/v1/preferences/token\">x</a>", null)]
    [InlineData("<a href=\"https://UNSUB.example/v1/unsubscribe/token\">x</a>", null)]
    [InlineData("<a href=\"https://track.example/v1/track/token\">x</a>", null)]
    [InlineData("<!-- <a href=\"https://a.example/\">x</a> --><style>a{b:\"<a href='https://a.example/'>\"}</style>", null)]
    [InlineData("<link href=\"https://a.example/\"><img src=\"https://a.example/\">text https://a.example/ < 1", null)]
    [InlineData("<html data-notify-track=off><a href=\"https://a.example/\">x</a>", null)]
    [InlineData("<a href=\"https://a.example/", null)]
    public async Task Only_links_to_https_pages_are_tracked(string html, string? tracked)
    {
        await using var app = await StartAsync();
        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, OnlyClicks);

        var sent = await SendAsync(app, html);

        Assert.Equal(tracked ?? html, await ReadAsync(app, sent.Content.Html!));
        Assert.Equal("A text with https://a.example/", sent.Content.Body);
    }

    [Fact]
    public async Task A_link_that_would_be_too_long_is_not_tracked()
    {
        await using var app = await StartAsync();
        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, OnlyClicks);
        var html = $"<a href=\"https://a.example/{new string('x', 1_900)}\">x</a>";

        Assert.Equal(html, (await SendAsync(app, html)).Content.Html);
    }

    [Theory]
    [InlineData("<html><body><p>x</p><!-- </body> --></body></html>", "<html><body><p>x</p><!-- </body> -->[]</body></html>")]
    [InlineData("<p>x</p>", "<p>x</p>[]")]
    public async Task The_image_for_opens_is_at_the_end_of_the_body(string html, string tracked)
    {
        await using var app = await StartAsync();
        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, new TrackingSettings { Opens = true });

        var sent = (await SendAsync(app, html)).Content.Html!;

        Assert.Equal(tracked, Image().Replace(sent, "[]"));
    }

    [Fact]
    public async Task Nothing_is_tracked_unless_the_tenant_switches_it_on_and_shared_content_stays_shared()
    {
        await using var app = await StartAsync();
        await app.Get<ITracking>().SaveAsync("acme", Everything);
        var trigger = new Trigger
        {
            To = [Recipient.Email("ada@example.org"), Recipient.Email("grace@example.org")],
            Content = new Content { Title = "x", Html = Link },
        };

        await app.EndedDeliveriesAsync(await app.SendAsync(trigger));

        var content = _mail.Sent[0].Content;
        Assert.Equal(Link, content.Html);
        Assert.Same(content, _mail.Sent[1].Content);

        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, Everything);
        var stored = await app.EndedDeliveriesAsync(await app.SendAsync(trigger));

        Assert.Equal(2, _mail.Sent.Skip(2).Select(sent => sent.Content.Html).Where(html => html != Link).Distinct().Count());
        Assert.All(stored, delivery => Assert.Equal(Link, delivery.Delivery.Content.Html));
    }

    [Fact]
    public async Task A_trigger_and_a_template_can_opt_out()
    {
        await using var app = await StartAsync();
        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, Everything);
        // A template that uses the recipient is rendered for each one.
        const string personal = Link + "{% if recipient.id == \"x\" %}x{% endif %}";
        await app.Templates.SaveAsync(CreateTemplate("tracked", Link, track: true));
        await app.Templates.SaveAsync(CreateTemplate("untracked", Link, track: false));
        await app.Templates.SaveAsync(CreateTemplate("personal", personal, track: null));
        var ada = Recipient.Email("ada@example.org");
        Trigger[] triggers =
        [
            new() { To = ada, Template = "tracked" },
            new() { To = ada, Template = "untracked" },
            new()
            {
                To = ada,
                Template = "untracked",
                Track = true,
            },
            new()
            {
                To = ada,
                Template = "tracked",
                Track = false,
            },
            new() { To = ada, Template = "personal" },
            new()
            {
                To = ada,
                Template = "personal",
                Track = false,
            },
            new()
            {
                To = ada,
                Content = new Content { Title = "x", Html = Link },
                Track = false,
            },
            new()
            {
                To = ada,
                Content = new Content
                {
                    Title = "x",
                    Html = Link,
                    Track = false,
                },
            },
        ];

        foreach (var trigger in triggers)
            await app.EndedDeliveryAsync(await app.SendAsync(trigger));

        Assert.Equal(
            [true, false, false, false, true, false, false, false],
            _mail.Sent.Select(sent => sent.Content.Html != Link)
        );
        Assert.Equal(2, await app.Templates.SaveAsync(CreateTemplate("tracked", Link, track: false)));
    }

    [Fact]
    public async Task Several_processes_record_a_link_once_and_each_link_by_itself()
    {
        await using var app = await StartAsync();
        await using var other = await StartAsync(builder => builder.ShareStoreWith(app.Services));
        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, Everything);
        var sent = await SendAsync(app, Link + Link);
        string[] tokens = [.. Token().Matches(sent.Content.Html!).Select(match => match.Groups[1].Value)];
        Assert.Equal(3, tokens.Length);

        // Programs look at links before a person follows them.
        Assert.NotNull(await app.Get<ITracking>().FollowAsync(tokens[0], isCounted: false));
        Assert.Empty((await app.DeliveryAsync(sent.NotificationId)).Receipts);
        await Task.WhenAll(
            Enumerable
                .Range(0, 30)
                .Select(i => (i % 2 == 0 ? app : other).Get<ITracking>().FollowAsync(tokens[i % 3], isCounted: true).AsTask())
        );

        var receipts = (await app.DeliveryAsync(sent.NotificationId)).Receipts;
        Assert.Equal(
            [("clicked", "link 0"), ("clicked", "link 1"), ("opened", null)],
            receipts.Select(receipt => (receipt.Kind.Name, receipt.Detail)).Order()
        );
    }

    [Fact]
    public async Task Old_and_foreign_links_lead_to_their_targets_or_nowhere()
    {
        var time = new ManualTime();
        await using var app = await StartAsync(builder => TestApplication.OnManualTime(builder, time));
        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, Everything);
        var sent = await SendAsync(app, Link);
        var token = Token().Match(sent.Content.Html!).Groups[1].Value;
        await using var rotated = await StartAsync(
            builder => builder.ShareStoreWith(app.Services),
            options => (options.Key, options.FormerKeys) = (new string('n', 32), [Key])
        );
        await using var foreign = await StartAsync(configure: options => options.Key = new string('f', 32));
        await using var without = await TestApplication.StartAsync(_mail);

        time.Jump(TimeSpan.FromDays(31));
        var old = await app.Get<ITracking>().FollowAsync(token, isCounted: true);

        Assert.Equal(new Uri("https://shop.example/42"), old?.Target);
        Assert.Empty((await app.DeliveryAsync(sent.NotificationId)).Receipts);
        Assert.Equal(old, await rotated.Get<ITracking>().FollowAsync(token, isCounted: false));
        Assert.Null(await foreign.Get<ITracking>().FollowAsync(token, isCounted: true));
        Assert.Null(await without.Get<ITracking>().FollowAsync(token, isCounted: true));
        Assert.Null(await app.Get<ITracking>().FollowAsync(token[..^3], isCounted: true));
        Assert.Null(await app.Get<ITracking>().FollowAsync("", isCounted: true));
    }

    [Fact]
    public async Task Without_the_options_nothing_can_be_switched_on()
    {
        await using var app = await TestApplication.StartAsync(_mail);

        var failure = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, Everything).AsTask()
        );

        Assert.Equal(["opens", "clicks"], failure.Errors.Select(error => error.Field));
        await app.Get<ITracking>().SaveAsync(Trigger.DefaultTenant, new TrackingSettings());
    }

    [Theory]
    [InlineData("http://track.example/v1/track", Key, "Url")]
    [InlineData("https://track.example/v1/track?x=1", Key, "Url")]
    [InlineData(null, Key, "Url")]
    [InlineData(Url, "short", "Key")]
    public async Task Wrong_options_fail_the_start(string? url, string key, string field)
    {
        using var host = TestApplication.Compose(
            builder => builder.AddTracking(options => (options.Url, options.Key) = (url is null ? null : new Uri(url), key)),
            _mail
        );

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );

        Assert.Contains(field, failure.Message, StringComparison.Ordinal);
    }

    private static Template CreateTemplate(string name, string html, bool? track) =>
        new()
        {
            Name = name,
            Track = track,
            Variants = [new() { Title = "x", Html = html }],
        };

    private Task<TestApplication> StartAsync(
        Action<INotificationsBuilder>? more = null,
        Action<TrackingOptions>? configure = null
    ) =>
        TestApplication.StartAsync(
            builder =>
            {
                builder
                    .AddTracking(options =>
                    {
                        (options.Url, options.Key) = (new Uri(Url), Key);
                        configure?.Invoke(options);
                    })
                    .AddUnsubscribeLinks(options =>
                        (options.Url, options.Key) = (new Uri("https://unsub.example/v1/unsubscribe"), Key)
                    )
                    .AddPreferencePage(options =>
                    {
                        (options.Url, options.Key) = (new Uri("https://prefs.example/v1/preferences"), Key);
                        options.Categories.Add(new PreferenceCategory { Name = "news" });
                    });
                more?.Invoke(builder);
            },
            _mail
        );

    private async Task<Delivery> SendAsync(TestApplication app, string html)
    {
        var before = _mail.Sent.Count;
        await app.SendAsync(
            new Trigger
            {
                To = Recipient.Email("ada@example.org"),
                Content = new Content
                {
                    Title = "x",
                    Body = "A text with https://a.example/",
                    Html = html,
                },
            }
        );
        await Eventually.TrueAsync(() => _mail.Sent.Count > before, "the email");
        return _mail.Sent[before];
    }

    /// <summary>Replaces tracked links by their targets in brackets.</summary>
    private static async Task<string> ReadAsync(TestApplication app, string html)
    {
        foreach (var token in Token().Matches(html).Select(match => match.Groups[1].Value).Where(token => token != "token"))
        {
            var followed = await app.Get<ITracking>().FollowAsync(token, isCounted: false);
            html = html.Replace($"{Url}/{token}", $"[{followed!.Target!.AbsoluteUri}]", StringComparison.Ordinal);
        }

        return html;
    }

    [GeneratedRegex("https://track.example/v1/track/([A-Za-z0-9_-]+)")]
    private static partial Regex Token();

    [GeneratedRegex(
        "<img src=\"https://track.example/v1/track/[A-Za-z0-9_-]+\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">"
    )]
    private static partial Regex Image();
}
