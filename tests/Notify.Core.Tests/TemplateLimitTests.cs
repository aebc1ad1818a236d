using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>No template and no data make the engine work for long, grow without bound, or end the process.</summary>
public sealed class TemplateLimitTests
{
    // Takes far more steps than lie between two checks of the clock.
    private const string Loop = "{% for a in (1..9999) %}{% for b in (1..100) %}{{ b }}{% endfor %}{% endfor %}";

    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    public static TheoryData<string, string> TooLargeOrDeep() =>
        new()
        {
            { Repeat("{% if x %}", 5_000) + Repeat("{% endif %}", 5_000), "nested more than 50 levels" },
            { Repeat("{% if x %}", 10_000), "nested more than 50 levels" },
            { Repeat("{% for i in x %}", 51) + Repeat("{% endfor %}", 51), "nested more than 50 levels" },
            { Repeat("{% capture a %}", 4_000) + Repeat("{% endcapture %}", 4_000), "nested more than 50 levels" },
            { Repeat("{% case x %}{% when 1 %}", 2_000) + Repeat("{% endcase %}", 2_000), "nested more than 50 levels" },
            { Repeat("{% if x %}{% else %}", 3_000), "nested more than 50 levels" },
            { Repeat("{% comment %}{% endif %}{% endcomment %}{% if x %}", 2_000), "nested more than 50 levels" },
            { Repeat("{% raw %}{% endif %}{% endraw %}{% unless x %}", 2_000), "nested more than 50 levels" },
            { "{{ x" + Repeat("[x", 20_000) + Repeat("]", 20_000) + " }}", "nested more than 50 levels" },
            { "{{ " + Repeat("(", 30_000) + " }}", "nested more than 50 levels" },
            { "{% if " + Repeat("(", 30_000) + " %}{% endif %}", "nested more than 50 levels" },
            { "{{ x " + Repeat("| strip ", 10_000) + " }}", "More than 100 filters" },
            { "{% assign y = x " + Repeat("| strip ", 10_000) + " %}", "More than 100 filters" },
            { "{% if x " + Repeat("and x ", 20_000) + " %}{% endif %}", "more than 100 conditions" },
            { "{% if x %}{% elsif x " + Repeat("or x ", 20_000) + " %}{% endif %}", "more than 100 conditions" },
            { "{{ x " + Repeat("and x ", 20_000) + " }}", "more than 100 conditions" },
            { "{% unless x " + Repeat("or x ", 20_000) + " %}{% endunless %}", "more than 100 conditions" },
            { Repeat("x", 131_073), "at most 131,072 characters" },
        };

    [Theory]
    [MemberData(nameof(TooLargeOrDeep))]
    public async Task A_template_that_is_too_large_or_deep_is_refused_when_it_is_saved(string source, string says)
    {
        await using var application = await TestApplication.StartAsync(_mail);

        var error = Assert.Single(application.Templates.Validate(Saying(source)));

        Assert.Equal("variants[0].body", error.Field);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> LargeAndFine() =>
        [
            Repeat("{% if x %}", 50) + "ok" + Repeat("{% endif %}", 50),
            Repeat("{{ x }}", 10_000),
            Repeat("{% if x %}{% endif %}", 5_000),
            "{% if x %}" + Repeat("{% elsif x %}", 5_000) + "{% endif %}",
            "{% case x %}" + Repeat("{% when 1 %}", 5_000) + "{% endcase %}",
            "{{ x" + Repeat(".x", 20_000) + " }}",
            "{{ x | replace: 'a'" + Repeat(", 'b'", 10_000) + " }}",
            Repeat("{", 100_000) == "" ? "" : "{ " + Repeat("} {", 20_000),
        ];

    [Theory]
    [MemberData(nameof(LargeAndFine))]
    public async Task A_template_that_is_only_long_is_saved(string source)
    {
        await using var application = await TestApplication.StartAsync(_mail);

        Assert.Empty(application.Templates.Validate(Saying(source)));
    }

    [Fact]
    public async Task Variants_beyond_the_limit_are_not_looked_into()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var template = new Template
        {
            Name = "welcome",
            Variants =
            [
                .. Enumerable
                    .Range(0, 10_000)
                    .Select(i => new TemplateVariant
                    {
                        Locale = $"x{i}",
                        Title = "{{",
                        Body = "{{",
                    }),
            ],
        };

        var error = Assert.Single(application.Templates.Validate(template));

        Assert.Equal(new FieldError("variants", FieldErrorCodes.TooMany, "Use 1 to 200 variants."), error);
    }

    [Theory]
    [InlineData("{% for i in (1..1000000000) %}{% endfor %}", "10,000 items")]
    [InlineData("{% for i in (-2147483648..2147483647) %}{% endfor %}", "10,000 items")]
    [InlineData("{% for i in (0..big) %}{% endfor %}", "10,000 items")]
    [InlineData("{% for i in (0..huge) %}{% endfor %}", "too large")]
    [InlineData("{% tablerow i in (1..1000000000) %}{% endtablerow %}", "10,000 items")]
    [InlineData("{% assign r = (1..1000000000) %}", "10,000 items")]
    [InlineData(
        "{% for a in n %}{% for b in n %}{% for c in n %}{% for d in n %}{% for e in n %}"
            + "{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "steps"
    )]
    [InlineData("{% for a in n %}{% for b in n %}{% if true %}{% endif %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% for a in n %}{% for b in n %}{% assign x = 1 %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% for a in n %}{% for b in n %}{% comment %}{% endcomment %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% for a in n %}{% for b in n %}{% cycle 1, 2 %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% for a in n %}{% for b in n %}{% if n == n and n != m %}{% endif %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% for a in n %}{{ n | sort | uniq | reverse | compact | size }}{% endfor %}", "steps")]
    [InlineData("{% assign s = 'aaaaaaaaaa' %}{% for a in n %}{% assign s = s | append: s %}{% endfor %}", "characters")]
    [InlineData("{% assign s = 'a' %}{% for a in n %}{% assign s = s | prepend: s %}{% endfor %}", "characters")]
    [InlineData("{% assign s = 'a' %}{% for a in n %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}", "characters")]
    [InlineData("{% assign s = 'aa' %}{% for a in n %}{% assign s = s | replace: 'a', s %}{% endfor %}", "characters")]
    [InlineData(
        "{% assign s = 'aa' %}{% for a in n %}{% assign s = s | replace: '', s %}{% endfor %}",
        "'replace' cannot be applied"
    )]
    [InlineData("{% assign s = 'aa' %}{% for a in n %}{% assign s = n | join: s %}{% endfor %}", "characters")]
    [InlineData("{% assign l = n %}{% for a in n %}{% assign l = l | concat: l %}{% endfor %}", "items")]
    [InlineData("{% for a in n %}{% for b in n %}{{ a }}{{ b }} some text that is written again{% endfor %}{% endfor %}", "")]
    [InlineData("{{ text | split: '' | size }}", "items")]
    [InlineData("{{ text | reverse | size }}", "items")]
    [InlineData("{{ 'now' | date: '%999999999n' }}", "more than two digits")]
    [InlineData("{{ 'now' | date: '%999999999N' }}", "more than two digits")]
    [InlineData("{{ 1 | format_number: 'N999999999' }}", "more than two digits")]
    [InlineData("{{ 1 | format_number: 'D2147483647' }}", "more than two digits")]
    [InlineData("{{ 1 | divided_by: 0 }}", "'divided_by' cannot be applied")]
    [InlineData("{{ 1 | round: 9999999999 }}", "'round' cannot be applied")]
    [InlineData("{{ 79228162514264337593543950335 | times: 10 }}", "'times' cannot be applied")]
    [InlineData("{{ 'x' | base64_decode }}", "'base64_decode' cannot be applied")]
    [InlineData("{{ 'never' | date: '%Y' }}", "needs a date")]
    [InlineData("{{ 99999999999999999 | date: '%Y' }}", "'date' cannot be applied")]
    [InlineData("{{ 'now' | time_zone: 'Mars/Olympus' }}", "needs the name of a time zone")]
    [InlineData("{{ huge | plus: 1 }}", "too large to calculate")]
    [InlineData("{{ n | sort: 'x' | slice: -1, 99999999999 }}", "'slice' cannot be applied")]
    [InlineData("{% for a in n limit: huge %}{% endfor %}", "too large")]
    [InlineData("{% for a in n offset: -5 %}{{ a }}{% endfor %}", "cannot be rendered")]
    [InlineData("{{ half }}", "unpaired surrogate")]
    public async Task A_rendering_that_costs_too_much_ends_soon_with_an_error(string source, string says)
    {
        var half = """ "\ud800" """;
        var data = $$"""
            {"n": [{{string.Join(',', Enumerable.Range(0, 1_000))}}], "m": [], "big": 1e20, "huge": 1e400, "half": {{half}},
             "text": "{{Repeat("é", 100_000)}}"}
            """;

        var errors = await TriggerAsync(source, data);

        var error = Assert.Single(errors);
        Assert.Equal("template", error.Field);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A text of hundreds of megabytes is refused before it exists, and not when it is there.</summary>
    [Theory]
    [InlineData("{{ n | join: text }}")]
    [InlineData("{{ text | replace: 'é', more }}")]
    [InlineData("{{ text | replace: '', more }}")]
    public async Task A_text_that_would_be_too_long_is_never_created(string source)
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var template = Saying(source);
        var data = new
        {
            n = Enumerable.Range(0, 2_000),
            text = Repeat("é", 20_000),
            more = Repeat("x", 2_000),
        };
        var preview = new TemplatePreview { Data = data };
        await Assert.ThrowsAsync<InvalidRequestException>(() => application.Templates.PreviewAsync(template, preview));

        // A preview is rendered on the thread of its caller.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var previewing = application.Templates.PreviewAsync(template, preview);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var error = Assert.Single((await Assert.ThrowsAsync<InvalidRequestException>(() => previewing)).Errors);
        Assert.Contains("a text of more than 262,144 characters", error.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 1, 10_000_000);
    }

    /// <summary>The exception of a filter may quote the value, which is somebody's data.</summary>
    [Theory]
    [InlineData("{{ secret | base64_decode }}", "base64_decode", 4)]
    [InlineData("{{ 1 | divided_by: none }}", "divided_by", 20)]
    [InlineData("{{ 1 | round: large }}", "round", 15)]
    [InlineData("{{ secret | slice: 5, large }}", "slice", 4)]
    public async Task The_error_of_a_filter_names_the_filter_and_nothing_of_the_data(string source, string filter, int column)
    {
        var data = """{"secret": "5ecret!", "none": 0, "large": 99999999999}""";

        var error = Assert.Single(await TriggerAsync(source, data));

        Assert.Equal(
            $"variants[0].body, line 1, column {column}: The filter '{filter}' cannot be applied to this data.",
            error.Message
        );
    }

    /// <summary>
    /// Twelve zones of 200,000 characters each would exceed the limit of all texts, but they have the same text.
    /// </summary>
    [Fact]
    public async Task A_text_that_is_the_same_in_many_zones_counts_once()
    {
        string[] zones = [.. TimeZoneInfo.GetSystemTimeZones().Where(zone => zone.HasIanaId).Select(zone => zone.Id).Take(30)];
        await using var application = await TestApplication.StartAsync(_mail);
        await application.Templates.SaveAsync(Saying("{{ at | date: '%Y' }}{{ text }}"));
        foreach (var (number, zone) in zones.Index())
        {
            await application.Directory.SaveUserAsync(
                new User
                {
                    Id = $"u-{number}",
                    TimeZone = zone,
                    Addresses = new Dictionary<string, string> { ["email"] = $"{number}@example.org" },
                }
            );
        }

        var id = await application.SendAsync(
            TemplateTrigger.Create(new { at = "2026-06-15T12:00:00Z", text = Repeat("x", 200_000) }) with
            {
                To = [.. zones.Select((_, number) => Recipient.User($"u-{number}"))],
            }
        );

        Assert.Equal(30, zones.Length);
        Assert.Equal(30, (await application.EndedDeliveriesAsync(id)).Count(record => record.State == DeliveryState.Sent));
    }

    [Theory]
    [InlineData("{{ deep }}")]
    [InlineData("{{ deep | json }}{{ deep | first }}{{ deep | join: ',' }}{{ deep | concat: deep | uniq | size }}")]
    [InlineData("{% if deep == deep %}same{% endif %}{% for x in deep %}{{ x | json }}{% endfor %}")]
    [InlineData("{{ nul }}{{ nul | escape | json | upcase | url_encode | base64_encode | strip_html }}")]
    [InlineData("{{ '\0' }}\0{{ nul | split: '\0' | size }}")]
    public async Task Odd_data_is_shown(string source)
    {
        var data = $$"""{"deep": {{Repeat("[", 60)}}{{Repeat("]", 60)}}, "nul": "a\u0000b"}""";

        Assert.Empty(await TriggerAsync(source, data));
    }

    [Fact]
    public async Task All_texts_of_a_notification_share_one_limit()
    {
        TemplateVariant[] variants =
        [
            .. Enumerable.Range(0, 30).Select(i => new TemplateVariant { Locale = $"en-x{i:00}", Body = "{{ t }}" }),
        ];

        var fits = await TriggerAsync([.. variants.Take(20)], Data(100_000));
        var exceeds = await TriggerAsync(variants, Data(100_000));

        Assert.Empty(fits);
        Assert.Equal("template", Assert.Single(exceeds).Field);

        static string Data(int length) => JsonSerializer.Serialize(new { t = new string('x', length) });
    }

    [Fact]
    public async Task A_digest_that_is_cheap_with_one_event_fails_with_many()
    {
        var loops =
            "{% for a in events %}{% for b in events %}{% for c in events %}{{ a.n }}{% endfor %}{% endfor %}{% endfor %}";
        await using var application = await TestApplication.StartAsync(_mail);
        await application.Templates.SaveAsync(Saying(loops));
        await application.SendAsync(
            TemplateTrigger.Create(new { n = 1 }) with
            {
                Digest = new Digest { Window = TimeSpan.FromDays(1) },
            }
        );

        var one = await application.Templates.PreviewAsync(Saying(loops), Events(1));
        var many = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Templates.PreviewAsync(Saying(loops), Events(300))
        );

        Assert.Equal("0", Assert.Single(one).Content.Body);
        var error = Assert.Single(many.Errors);
        Assert.Equal("template", error.Field);
        Assert.Contains("steps", error.Message, StringComparison.Ordinal);

        static TemplatePreview Events(int count) =>
            new() { Data = new { count, events = Enumerable.Range(0, count).Select(n => new { n }).ToArray() } };
    }

    [Fact]
    public async Task A_template_stops_at_its_time_even_where_steps_are_left()
    {
        var now = 0L;
        var time = new WatchedTime(() => Interlocked.Add(ref now, TimeProvider.System.TimestampFrequency / 100));

        var errors = await TriggerAsync([new TemplateVariant { Body = Loop }], "{}", Limits);

        Assert.Contains("longer than 0.1 s", Assert.Single(errors).Message, StringComparison.Ordinal);

        void Limits(INotificationsBuilder builder)
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            Configure(builder, limits => (limits.MaxSteps, limits.MaxRenderTime) = (10_000_000, TimeSpan.FromMilliseconds(100)));
        }
    }

    [Fact]
    public async Task A_caller_that_has_gone_stops_its_rendering()
    {
        using var gone = new CancellationTokenSource();
        var isTrigger = new AsyncLocal<bool>();
        var checks = 0;
        var time = new WatchedTime(() =>
        {
            if (isTrigger.Value && Interlocked.Increment(ref checks) == 50)
                gone.Cancel();
            return TimeProvider.System.GetTimestamp();
        });
        await using var application = await TestApplication.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time);
                Configure(builder, limits => (limits.MaxSteps, limits.MaxRenderTime) = (10_000_000, TimeSpan.FromMinutes(1)));
            },
            _mail
        );
        await application.Templates.SaveAsync(Saying(Loop));

        isTrigger.Value = true;
        var trigger = application.Notifier.TriggerAsync(TemplateTrigger.Create(new { }), gone.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trigger);
        Assert.InRange(checks, 50, 60);
    }

    [Theory]
    [InlineData("{", "}", "%", "-", " ", "if", "x", "|", "'", "\"", "endif", "\n")]
    [InlineData("{{", "}}", "x", "|", "append", ":", ",", "[", "]", ".", "(", ")", "..", "1", "'")]
    [InlineData(
        "{% if x %}",
        "{% endif %}",
        "{% for a in n %}",
        "{% endfor %}",
        "{% else %}",
        "{% elsif x %}",
        "{{ x | append: x }}",
        "{% break %}"
    )]
    [InlineData(
        "{% case x %}",
        "{% when 1 %}",
        "{% endcase %}",
        "{% capture x %}",
        "{% endcapture %}",
        "{% raw %}",
        "{% endraw %}",
        "{% cycle x, n %}"
    )]
    [InlineData(
        "{% assign x = x | split: '' %}",
        "{% assign x = n | join: x %}",
        "{% assign x = x | concat: n %}",
        "{{ x }}",
        "{% for x in x %}",
        "{% endfor %}"
    )]
    [InlineData(
        "\0",
        "\ud800",
        "{{ '\ud800' }}",
        "{% assign x = '\0' %}",
        "{{ x | url_encode }}",
        "{{ x | json }}",
        "{{ x | escape }}"
    )]
    public async Task Any_source_is_refused_or_rendered_or_fails_with_an_error(params string[] parts)
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var random = new Random(20261129);
        for (var round = 0; round < 400; round++)
        {
            var source = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
            var template = Saying(source) with
            {
                Variants =
                [
                    new TemplateVariant
                    {
                        Title = source,
                        Body = source,
                        Html = source,
                    },
                ],
            };
            if (application.Templates.Validate(template).Count > 0)
                continue;

            await application.Templates.SaveAsync(template with { Name = $"fuzz-{round}" });
            try
            {
                await application.SendAsync(
                    TemplateTrigger.Create(new { x = "x<", n = new[] { 1, 2 } }) with
                    {
                        Template = $"fuzz-{round}",
                    }
                );
            }
            catch (InvalidRequestException exception)
            {
                Assert.NotEmpty(exception.Errors);
            }
        }
    }

    private static Template Saying(string body) => new() { Name = "welcome", Variants = [new TemplateVariant { Body = body }] };

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static void Configure(INotificationsBuilder builder, Action<TemplateLimits> configure) =>
        builder.Services.Configure<NotificationsOptions>(options => configure(options.Templates));

    private Task<IReadOnlyList<FieldError>> TriggerAsync(string source, string data) =>
        TriggerAsync([new TemplateVariant { Body = source }], data);

    private async Task<IReadOnlyList<FieldError>> TriggerAsync(
        TemplateVariant[] variants,
        string data,
        Action<INotificationsBuilder>? configure = null
    )
    {
        await using var application = await TestApplication.StartAsync(configure ?? (_ => { }), _mail);
        return await TemplateTrigger.SendAsync(application, variants, data);
    }

    private sealed class WatchedTime(Func<long> getTimestamp) : TimeProvider
    {
        public override long GetTimestamp() => getTimestamp();
    }
}
