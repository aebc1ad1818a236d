using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Templates that use <c>recipient</c>, and data for single recipients.</summary>
public sealed partial class PersonalContentTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private readonly ScriptedProvider _push = new("push", Channel.Push, _ => Outcome.Sent());

    [Theory]
    [InlineData("Hi {{ recipient.name }}")]
    [InlineData("Hi {{ recipient['name'] }}")]
    [InlineData("Hi {{ 'x' | default: 'y' | replace: 'x', recipient.name }}")]
    [InlineData("{% assign name = recipient.name %}Hi {{ name }}")]
    [InlineData("Hi {% capture name %}{{ recipient.name }}{% endcapture %}{{ name }}")]
    [InlineData("Hi {% for letter in recipient.letters %}{{ letter }}{% endfor %}")]
    [InlineData("Hi {% for pair in recipient %}{% if pair[0] == 'name' %}{{ pair[1] }}{% endif %}{% endfor %}")]
    [InlineData(
        "Hi {% for i in (1..1) %}{% if i == 1 %}{% unless i == 2 %}{{ recipient.name }}{% endunless %}{% endif %}{% endfor %}"
    )]
    [InlineData("Hi {{ names[recipient.id] }}")]
    [InlineData("Hi {% case recipient.id %}{% when 'ada' %}Ada{% else %}Bob{% endcase %}")]
    [InlineData("Hi {% if names == nil or recipient.id == 'ada' %}Ada{% else %}Bob{% endif %}")]
    [InlineData("Hi {% for i in (recipient.n..recipient.n) %}{% if i == 3 %}Ada{% else %}Bob{% endif %}{% endfor %}")]
    [InlineData("Hi {% for i in (recipient.n..3) %}{% if forloop.first %}{{ names[forloop.length] }}{% endif %}{% endfor %}")]
    [InlineData("Hi {% for i in (0..recipient.n) %}{% if forloop.last %}{{ names[i] }}{% endif %}{% endfor %}")]
    [InlineData("Hi {% for letter in letters limit: recipient.n %}{{ letter }}{% else %}Bob{% endfor %}")]
    [InlineData("Hi {% for letter in bob offset: recipient.n %}{{ letter }}{% else %}Ada{% endfor %}")]
    [InlineData("Hi {% cycle recipient.name, 'x' %}")]
    [InlineData("Hi {% echo recipient.name %}")]
    public async Task Each_recipient_reads_about_oneself_however_the_template_says_so(string body)
    {
        await using var application = await StartAsync(body);
        var data = new
        {
            names = new Dictionary<string, string>
            {
                ["ada"] = "Ada",
                ["bob"] = "Bob",
                // The recipients' numbers, and how many numbers there are from theirs to 3.
                ["3"] = "Ada",
                ["1"] = "Ada",
                ["0"] = "Bob",
                ["4"] = "Bob",
            },
            letters = new[] { "A", "d", "a", "?" },
            bob = new[] { "B", "o", "b" },
        };
        await SaveAsync(application, "ada", "Ada", user => With(user, """{"name": "Ada", "letters": ["A", "d", "a"], "n": 3}"""));
        await SaveAsync(application, "bob", "Bob", user => With(user, """{"name": "Bob", "letters": ["B", "o", "b"], "n": 0}"""));

        var named = await application.SendAsync(Welcome(Recipient.User("ada"), Recipient.User("bob")) with { Data = data });
        await AssertBodiesAsync(application, named, ("ada", "Hi Ada"), ("bob", "Hi Bob"));

        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bob"]);
        var topic = await application.SendAsync(Welcome(Recipient.Topic("news")) with { Data = data });
        await AssertBodiesAsync(application, topic, ("ada", "Hi Ada"), ("bob", "Hi Bob"));
        Assert.Empty((await FindAsync(application, topic)).Contents);
    }

    [Theory]
    [InlineData("{{ recipient.id }}", "ada", "")]
    [InlineData("{{ recipient.email }}", "ada@example.org", "x@example.org")]
    [InlineData("{{ recipient.phone }}{{ recipient.locale }}{{ recipient.timeZone }}", "sv-SEEurope/Stockholm", "")]
    [InlineData("{{ recipient.name | default: 'you' }}", "Ada", "you")]
    public async Task The_reserved_names_exist_for_every_recipient(string body, string ofUser, string ofAddress)
    {
        await using var application = await StartAsync("=" + body);
        await SaveAsync(application, "ada", "Ada", user => user with { Locale = "sv-SE", TimeZone = "Europe/Stockholm" });

        var id = await application.SendAsync(Welcome(Recipient.User("ada"), Recipient.Email("x@example.org")));

        await AssertBodiesAsync(application, id, ("ada", "=" + ofUser), (null, "=" + ofAddress));
    }

    [Fact]
    public async Task The_data_of_a_recipient_replaces_that_of_the_trigger_and_the_others_share_theirs()
    {
        await using var application = await StartAsync("{{ order.number }} {{ greeting }}");
        var trigger = Welcome(
            Recipient.User("ada") with
            {
                Data = new { order = new { number = 7 } },
            },
            Recipient.User("bob"),
            Recipient.Email("x@example.org"),
            Recipient.Email("y@example.org").WithData(new Greeting("bye"), PersonalJson.Default.Greeting)
        ) with
        {
            Data = new { order = new { number = 1, other = true }, greeting = "hi" },
        };

        var id = await application.SendAsync(trigger);

        var sent = await application.EndedDeliveriesAsync(id);
        Assert.Equal(
            ["7 hi|-1", "1 hi|0", "1 hi|0", "1 bye|-1"],
            sent.OrderBy(one => one.Delivery.Id).Select(one => $"{one.Delivery.Content.Body}|{one.Delivery.ContentIndex}")
        );
        Assert.Single((await FindAsync(application, id)).Contents);
    }

    [Fact]
    public async Task A_template_without_recipient_is_rendered_once_for_all()
    {
        await using var application = await StartAsync(
            "Dear recipient, {% comment %}recipient{% endcomment %}{{ person.recipient }}"
        );

        var id = await application.SendAsync(
            Welcome(Recipient.User("ada"), Recipient.User("bob")) with
            {
                Data = new { person = new { recipient = "you" } },
            }
        );

        Assert.All(await application.EndedDeliveriesAsync(id), one => Assert.Equal(0, one.Delivery.ContentIndex));
        Assert.Equal("Dear recipient, you", Assert.Single((await FindAsync(application, id)).Contents).Content.Body);
    }

    [Fact]
    public async Task The_devices_of_a_user_get_their_language_and_clock()
    {
        await using var application = await StartAsync(
            new TemplateVariant { Title = "Hi {{ recipient.name }}", Body = "{{ at | date: '%H:%M' }}" },
            new TemplateVariant
            {
                Locale = "sv",
                Title = "Hej {{ recipient.name }}",
                Body = "{{ at | date: '%H:%M' }}",
            },
            new TemplateVariant
            {
                Channel = Channel.Email,
                Locale = "sv",
                Title = "Brev till {{ recipient.name }}",
                Body = "{{ at | date: '%H:%M' }}",
            }
        );
        await SaveAsync(application, "ada", "Ada", user => user with { Locale = "sv", TimeZone = "Europe/Stockholm" });
        await RegisterAsync(application, "one", "sv-FI", "Europe/Helsinki");
        await RegisterAsync(application, "two", "en", "America/New_York");

        var id = await application.SendAsync(Welcome(Recipient.User("ada")) with { Data = new { at = "2026-03-29T10:15:00Z" } });

        var sent = (await application.EndedDeliveriesAsync(id)).Select(one => one.Delivery.Content);
        Assert.Equal(
            ["Brev till Ada 12:15", "Hej Ada 13:15", "Hi Ada 06:15"],
            sent.Select(content => $"{content.Title} {content.Body}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_subscriber_without_a_property_is_cancelled_with_the_reason_and_the_others_get_theirs()
    {
        await using var application = await StartAsync("Hi {{ recipient.name }}");
        await SaveAsync(application, "carl", name: null);
        await SaveAsync(application, "dora", "Dora");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "carl", "dora", "gone"]);

        var id = await application.SendAsync(Welcome(Recipient.Topic("news")));

        await UntilPlannedAsync(application, id);
        var sent = (await application.EndedDeliveriesAsync(id)).ToDictionary(one => one.Delivery.UserId!);
        Assert.Equal(["ada", "dora"], Sent(sent.Values).Order(StringComparer.Ordinal));
        Assert.Equal(
            "recipient.name: The template 'welcome' needs this variable (variants[0].body, line 1, column 7).",
            sent["carl"].Reason
        );
        Assert.Equal((DeliveryState.Cancelled, "carl@example.org"), (sent["carl"].State, sent["carl"].Delivery.To.Value));
        Assert.Equal("the user does not exist", sent["gone"].Reason);
    }

    [Theory]
    [InlineData("{{ recipient.born | date: '%Y' }}", "the filter 'date' needs a date")]
    [InlineData(
        "{% for i in (1..recipient.n) %}{% for j in (1..recipient.n) %}{{ i }}{% endfor %}{% endfor %}",
        "more than 100,000 steps"
    )]
    [InlineData("{% if recipient.name == 'Ada' %}{{ recipient.name }}{% endif %}", "shows anything")]
    public async Task A_subscriber_whose_text_cannot_be_rendered_is_cancelled_alone(string body, string reason)
    {
        await using var application = await StartAsync(body);
        await SaveAsync(application, "ada", null, user => With(user, """{"name": "Ada", "born": "1815-12-10", "n": 2}"""));
        await SaveAsync(application, "bob", null, user => With(user, """{"name": "Bob", "born": "long ago", "n": 5000}"""));
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bob"]);

        var id = await application.SendAsync(Welcome(Recipient.Topic("news")));

        await UntilPlannedAsync(application, id);
        var sent = (await application.EndedDeliveriesAsync(id)).ToDictionary(one => one.Delivery.UserId!);
        Assert.Equal(DeliveryState.Sent, sent["ada"].State);
        Assert.Equal(DeliveryState.Cancelled, sent["bob"].State);
        Assert.Contains(reason, sent["bob"].Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_trigger_is_refused_for_the_named_recipients_that_lack_something()
    {
        await using var application = await StartAsync("{{ order }} {{ customer.name }} {{ recipient.name }}");
        await SaveAsync(application, "carl", name: null);

        var errors = await FailAsync(
            application,
            Welcome(
                Recipient.User("ada") with
                {
                    Data = new { customer = new { name = "Ada" } },
                },
                Recipient.User("bob") with
                {
                    Data = new { customer = new { } },
                },
                Recipient.User("carl"),
                Recipient.User("ada") with
                {
                    Data = new { customer = new { name = "Ada" } },
                }
            ) with
            {
                Data = new { order = 1 },
            }
        );

        Assert.Equal(
            [
                "to[1]|data.customer.name: The template 'welcome' needs this variable (variants[0].body, line 1, column 16).",
                "data.customer|The template 'welcome' needs this variable (variants[0].body, line 1, column 16).",
                "to[2]|recipient.name: The template 'welcome' needs this variable (variants[0].body, line 1, column 36).",
            ],
            errors.Select(error => $"{error.Field}|{error.Message}")
        );
    }

    [Fact]
    public async Task What_every_subscriber_would_lack_is_an_error_of_the_trigger()
    {
        await using var application = await StartAsync(
            "{{ recipient.name | upcase }} {{ order.number }} {{ recipient.born | date: '%Y' }}"
        );
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);

        var error = Assert.Single(
            await FailAsync(application, Welcome(Recipient.Topic("news")) with { Data = new { order = new { } } })
        );
        Assert.Equal("data.order.number", error.Field);
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "welcome",
                Variants = [new TemplateVariant { Channel = Channel.Push, Body = "{{ recipient.name }}" }],
            }
        );
        error = Assert.Single(await FailAsync(application, Welcome(Recipient.Topic("news")) with { Channels = [Channel.Email] }));
        Assert.Equal("template", error.Field);
    }

    [Fact]
    public async Task Wrong_data_of_recipients_is_refused_by_name()
    {
        await using var application = await StartAsync("{{ x }}");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);
        var deep = JsonDocument.Parse(string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40)).RootElement;

        var errors = await FailAsync(
            application,
            Welcome(
                Recipient.Topic("news") with
                {
                    Data = new { x = 1 },
                },
                Recipient.User("ada") with
                {
                    Data = new[] { 1 },
                },
                Recipient.User("ada") with
                {
                    Data = new { x = new string('x', 70_000) },
                },
                Recipient.User("ada") with
                {
                    Data = deep,
                },
                Recipient.User("bob") with
                {
                    Data = new { recipient = 1 },
                },
                Recipient.Email("x@example.org") with
                {
                    Data = new { x = 1 },
                },
                Recipient.Email("x@EXAMPLE.org") with
                {
                    Data = new { x = 2 },
                }
            ) with
            {
                Data = new { recipient = 1 },
            }
        );

        Assert.Equal(
            ["data.recipient", .. new[] { 0, 1, 2, 3, 4, 6 }.Select(i => $"to[{i}].data")],
            errors.Select(error => error.Field)
        );
        var content = await FailAsync(application, TestApplication.Say(Recipient.User("ada") with { Data = new { x = 1 } }));
        Assert.Equal("to[0].data", Assert.Single(content).Field);
    }

    [Theory]
    [InlineData("""{"id": 1}""", "properties.id")]
    [InlineData("""{"name": "Ada", "timeZone": null}""", "properties.timeZone")]
    [InlineData("[1]", "properties")]
    [InlineData("null", "properties")]
    public async Task Wrong_properties_are_refused(string properties, string field)
    {
        await using var application = await StartAsync("x");
        var user = new User { Id = "ada", Properties = JsonDocument.Parse(properties).RootElement };

        Assert.Equal(field, Assert.Single(application.Directory.Validate(user)).Field);
        var large = JsonSerializer.SerializeToElement(new { name = new string('x', 16_384) });
        Assert.Equal("properties", Assert.Single(application.Directory.Validate(user with { Properties = large })).Field);
        Assert.Empty(application.Directory.Validate(user.WithProperties(new Greeting("hi"), PersonalJson.Default.Greeting)));
    }

    [Fact]
    public async Task A_digest_has_the_data_of_each_event_and_the_recipient_of_when_it_is_sent()
    {
        await using var application = await StartAsync(
            "{{ recipient.name }}:{% for event in events %} {{ event.n }}{{ event.unit }}{% endfor %}"
        );
        var passing = new Passing(_time);
        var trigger = Welcome(Recipient.User("ada")) with { Digest = new Digest { Window = TimeSpan.FromMinutes(5) } };
        await application.SendAsync(trigger with { Data = new { n = 1, unit = "m" } });
        await application.SendAsync(
            trigger with
            {
                To = Recipient.User("ada") with { Data = new { n = 2 } },
                Data = new { n = 9, unit = "s" },
            }
        );
        var error = Assert.Single(
            await FailAsync(application, trigger with { To = Recipient.User("ada") with { Data = new { n = 2 } } })
        );
        Assert.Equal("to[0]", error.Field);
        Assert.StartsWith("data.unit: ", error.Message, StringComparison.Ordinal);
        await SaveAsync(application, "ada", "Countess");

        _time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        await passing.WaitUntilAsync(() => _mail.Sent.Count == 1, "the summary");

        Assert.Equal("Countess: 1m 2s", _mail.Sent[0].Content.Body);
    }

    [Fact]
    public async Task A_subscriber_whose_event_cannot_be_rendered_is_not_collected()
    {
        await using var application = await StartAsync("{{ recipient.name }}{% for event in events %} {{ event.n }}{% endfor %}");
        await SaveAsync(application, "carl", name: null);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "carl"]);

        var id = await application.SendAsync(
            Welcome(Recipient.Topic("news")) with
            {
                Digest = new Digest { Window = TimeSpan.FromMinutes(5) },
                Data = new { n = 1 },
            }
        );

        await UntilPlannedAsync(application, id);
        var only = await application.DeliveryAsync(id);
        Assert.Equal(("carl", DeliveryState.Cancelled), (only.Delivery.UserId, only.State));
        Assert.Contains("recipient.name", only.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_and_a_fallback_send_what_was_rendered_when_they_were_planned()
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Rejected("no"));
        var sms = new ScriptedProvider("sms", Channel.Sms, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(_time, mail, sms);
        await SaveTemplateAsync(application, new TemplateVariant { Body = "Hi {{ recipient.name }}" });
        await SaveAsync(application, "ada", "Ada", WithPhone);
        var id = await application.SendAsync(
            Welcome(Recipient.User("ada")) with
            {
                Channels = [Channel.Email],
                Fallback = [new FallbackStep(Channel.Sms, TimeSpan.FromHours(1))],
            }
        );
        await SaveAsync(application, "ada", "Countess", WithPhone);
        var passing = new Passing(_time);

        await passing.UntilAsync(TimeSpan.FromMinutes(1), () => Task.FromResult(sms.Sent.Count == 1), "the fallback");
        Assert.Equal("Hi Ada", sms.Sent[0].Content.Body);
        await application.EndedDeliveriesAsync(id);
        await application.DeadLetters.ReplayAsync(
            new ReplayRequest
            {
                Filter = new DeadLetterFilter { Tenant = Trigger.DefaultTenant },
                Now = _time.GetUtcNow(),
                ExpiresAt = _time.GetUtcNow().AddDays(1),
                Limit = 10,
            },
            CancellationToken.None
        );
        await passing.UntilAsync(TimeSpan.FromSeconds(1), () => Task.FromResult(mail.Sent.Count == 2), "the replay");
        Assert.Equal(["Hi Ada", "Hi Ada"], mail.Sent.Select(delivery => delivery.Content.Body));

        static User WithPhone(User user) =>
            user with
            {
                Addresses = new Dictionary<string, string>(user.Addresses) { [Channel.Sms.AddressName] = "+46701234567" },
            };
    }

    [Fact]
    public async Task A_broadcast_uses_the_version_with_which_it_was_accepted()
    {
        await using var application = await StartAsync("one {{ recipient.name }}");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bob"]);
        var id = await application.SendAsync(Welcome(Recipient.Topic("news")));
        await SaveTemplateAsync(application, new TemplateVariant { Body = "two {{ recipient.name }} {{ missing }}" });

        await UntilPlannedAsync(application, id);
        await AssertBodiesAsync(application, id, ("ada", "one Ada"), ("bob", "one Bob"));
    }

    [Fact]
    public async Task A_batch_that_becomes_too_large_is_cut_and_every_subscriber_gets_one_message()
    {
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder
                    .UseInMemory()
                    .Services.Configure<NotificationsOptions>(options => options.Templates.MaxTotalOutputLength = 2_000),
            _mail
        );
        await SaveTemplateAsync(
            application,
            new TemplateVariant { Body = "{{ recipient.name }}{% for i in (1..500) %}x{% endfor %}" }
        );
        string[] users = [.. Enumerable.Range(0, 40).Select(i => $"user-{i:00}")];
        foreach (var user in users)
            await SaveAsync(application, user, user == "user-07" ? null : user);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", users);

        var id = await application.SendAsync(Welcome(Recipient.Topic("news")));

        await UntilPlannedAsync(application, id);
        var sent = await application.EndedDeliveriesAsync(id);
        Assert.Equal(users, sent.Select(one => one.Delivery.UserId!).Order(StringComparer.Ordinal));
        Assert.Equal(users.Where(user => user != "user-07"), Sent(sent).Order(StringComparer.Ordinal));
        // A trigger that names so many is refused instead.
        var errors = await FailAsync(application, Welcome([.. users.Skip(8).Select(Recipient.User)]));
        Assert.Contains("characters in total", errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_with_other_data_of_a_recipient_is_a_conflict()
    {
        await using var application = await StartAsync("{{ x }}");
        static Trigger Create(int x) =>
            Welcome(Recipient.User("ada") with { Data = new { x, y = 1 } }) with
            {
                IdempotencyKey = "k",
            };

        var first = await application.Notifier.TriggerAsync(Create(1));
        var again = await application.Notifier.TriggerAsync(Create(1));

        Assert.Equal((first.Id, true), (again.Id, again.IsDuplicate));
        await Assert.ThrowsAsync<IdempotencyConflictException>(() => application.Notifier.TriggerAsync(Create(2)));
    }

    [Fact]
    public async Task A_preview_shows_the_given_recipient()
    {
        await using var application = await StartAsync("x");
        var template = new Template
        {
            Name = "draft",
            Variants = [new TemplateVariant { Body = "{{ recipient.name }} {{ recipient.id }} {{ recipient.locale }}." }],
        };
        var preview = new TemplatePreview { Recipient = JsonSerializer.SerializeToElement(new { id = "ada", name = "Ada" }) };

        var shown = await application.Templates.PreviewAsync(template, preview with { Locale = "sv" });
        Assert.Equal("Ada ada sv.", Assert.Single(shown).Content.Body);
        var failure = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Templates.PreviewAsync(template, new TemplatePreview())
        );
        Assert.Equal("recipient.name", Assert.Single(failure.Errors).Field);
    }

    [Fact]
    public void Recipients_are_equal_if_their_data_is()
    {
        var one = Recipient.User("ada") with { Data = new { x = 1 } };

        Assert.Equal(one, Recipient.User("ada") with { Data = new { x = 1 } });
        Assert.NotEqual(one, Recipient.User("ada") with { Data = new { x = 2 } });
        Assert.NotEqual(one, Recipient.User("ada"));
        Assert.Equal(one.GetHashCode(), Recipient.User("ada").GetHashCode());
        Assert.DoesNotContain("1", one.ToString(), StringComparison.Ordinal);
    }

    private static User With(User user, string properties) =>
        user with
        {
            Properties = JsonDocument.Parse(properties).RootElement,
        };

    private static Trigger Welcome(params Recipient[] to) => new() { To = RecipientList.Create(to), Template = "welcome" };

    private Task<TestApplication> StartAsync(string body) => StartAsync(new TemplateVariant { Body = body });

    private async Task<TestApplication> StartAsync(params TemplateVariant[] variants)
    {
        var application = await TestApplication.StartAsync(_time, _mail, _push);
        await SaveTemplateAsync(application, variants);
        await SaveAsync(application, "ada", "Ada");
        await SaveAsync(application, "bob", "Bob");
        return application;
    }

    private static Task SaveTemplateAsync(TestApplication application, params TemplateVariant[] variants) =>
        application.Templates.SaveAsync(new Template { Name = "welcome", Variants = variants });

    private static Task SaveAsync(TestApplication application, string id, string? name, Func<User, User>? change = null)
    {
        var user = new User
        {
            Id = id,
            Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
            Properties = name is null
                ? null
                : JsonSerializer.SerializeToElement(new { name, letters = name.Select(c => $"{c}") }),
        };
        return application.Directory.SaveUserAsync(change?.Invoke(user) ?? user);
    }

    private static Task RegisterAsync(TestApplication application, string id, string locale, string timeZone) =>
        application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = id,
                UserId = "ada",
                Platform = Platform.Ios,
                Token = $"token-{id}",
                Locale = locale,
                TimeZone = timeZone,
            }
        );

    private static async Task<Notification> FindAsync(TestApplication application, Guid id) =>
        (await application.Get<INotificationStore>().FindAsync(Trigger.DefaultTenant, id, CancellationToken.None))!;

    private static async Task UntilPlannedAsync(TestApplication application, Guid id) =>
        await Eventually.TrueAsync(
            async () =>
                (await application.Expansions.GetProgressAsync(Trigger.DefaultTenant, id, CancellationToken.None)).All(progress =>
                    progress.IsComplete
                ),
            "the broadcast"
        );

    private static IEnumerable<string> Sent(IEnumerable<DeliveryRecord> records) =>
        records.Where(one => one.State == DeliveryState.Sent).Select(one => one.Delivery.UserId!);

    private static async Task<IReadOnlyList<FieldError>> FailAsync(TestApplication application, Trigger trigger) =>
        (await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(trigger))).Errors;

    private static async Task AssertBodiesAsync(
        TestApplication application,
        Guid id,
        params (string? User, string Body)[] expected
    )
    {
        await UntilPlannedAsync(application, id);
        var sent = await application.EndedDeliveriesAsync(id);
        Assert.All(sent, one => Assert.Equal(DeliveryState.Sent, one.State));
        Assert.Equal(expected.Order(), sent.Select(one => (one.Delivery.UserId, one.Delivery.Content.Body!)).Order());
    }

    private sealed record Greeting(string GreetingText)
    {
        [JsonPropertyName("greeting")]
        public string Text => GreetingText;
    }

    [JsonSerializable(typeof(Greeting))]
    private sealed partial class PersonalJson : JsonSerializerContext;
}
