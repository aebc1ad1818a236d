using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class TemplateTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Theory]
    [InlineData("{{ name }}")]
    [InlineData("{% cycle name %}")]
    [InlineData("{{ name | upcase | downcase | replace: 'ada', 'Ada' }}")]
    [InlineData("{{ name | append: '' }}")]
    [InlineData("{% assign copy = name %}{{ copy }}")]
    [InlineData("{% capture copy %}{{ name }}{% endcapture %}{{ copy }}")]
    [InlineData("{{ name | split: '#' }}", "[&quot;&lt;Ada&gt; &amp; \\&quot;co\\&quot;&quot;]", "[\"<Ada> & \\\"co\\\"\"]")]
    [InlineData("{% cycle list %}", "[&quot;&lt;Ada&gt;&quot;]", "[\"<Ada>\"]")]
    [InlineData("{{ list }}", "[&quot;&lt;Ada&gt;&quot;]", "[\"<Ada>\"]")]
    [InlineData("{{ list | map: 'x' | first | default: list }}", "[&quot;&lt;Ada&gt;&quot;]", "[\"<Ada>\"]")]
    [InlineData("{{ list | join: ',' }}", "&lt;Ada&gt;", "<Ada>")]
    [InlineData("{{ list | first }}", "&lt;Ada&gt;", "<Ada>")]
    [InlineData("{{ list | json }}", "[&quot;&lt;Ada&gt;&quot;]", "[\"<Ada>\"]")]
    [InlineData("{{ object }}", "{&quot;a&quot;:&quot;&lt;b&gt;&quot;}", "{\"a\":\"<b>\"}")]
    [InlineData("{% for pair in object %}{{ pair }}{% endfor %}", "[&quot;a&quot;,&quot;&lt;b&gt;&quot;]", "[\"a\",\"<b>\"]")]
    [InlineData("{{ 'a<b' | newline_to_br }}", "a&lt;b", "a<b")]
    [InlineData("{{ lines | newline_to_br }}", "&lt;1&gt;<br />\n2", "<1><br />\n2")]
    [InlineData("{{ name | raw }}", "<Ada> & \"co\"", "<Ada> & \"co\"")]
    [InlineData("{{ name | escape }}", "&lt;Ada&gt; &amp; &quot;co&quot;", "&lt;Ada&gt; &amp; &quot;co&quot;")]
    [InlineData("é ☀ {{ sun }}", "é ☀ é ☀", "é ☀ é ☀")]
    public async Task Values_are_encoded_in_html_and_nowhere_else(
        string source,
        string html = "&lt;Ada&gt; &amp; &quot;co&quot;",
        string text = "<Ada> & \"co\""
    )
    {
        var data = """
            {"name": "<Ada> & \"co\"", "list": ["<Ada>"], "object": {"a": "<b>"}, "lines": "<1>\r\n2", "sun": "é ☀"}
            """;

        var content = await RenderAsync(new TemplateVariant { Body = source, Html = source }, data);

        Assert.Equal((text, html), (content.Body, content.Html));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("12.50")]
    [InlineData("1.0")]
    [InlineData("-0.10")]
    [InlineData("-0")]
    [InlineData("1e3")]
    [InlineData("1E+2")]
    [InlineData("12345678901234567890")]
    [InlineData("12345678901234567890123456789012345")]
    [InlineData("0.1234567890123456789012345678901234567")]
    [InlineData("1e400")]
    [InlineData("[1.50,true,null,\"a\",[1e400]]")]
    [InlineData("{\"a\":1.50}")]
    public async Task A_value_is_shown_as_JSON_writes_it_in_every_language(string json)
    {
        foreach (var locale in new[] { null, "de", "th-TH" })
        {
            var content = await RenderAsync(
                new TemplateVariant { Locale = locale, Body = "{{ x }}" },
                $$"""{"x": {{json}}}""",
                locale
            );
            Assert.Equal(json, content.Body);
        }
    }

    [Theory]
    [InlineData("{{ price | times: 2 }}", "25.00")]
    [InlineData("{{ price | plus: 1 }}", "13.50")]
    [InlineData("{{ 7 | divided_by: 2.0 }}", "3.5")]
    [InlineData("{% if price > 12 and price < 13 %}yes{% endif %}", "yes")]
    [InlineData("{% if big > 5 %}yes{% endif %}", "yes")]
    [InlineData("{% if thousand == 1000 %}yes{% endif %}", "yes")]
    [InlineData("{% case n %}{% when 1 %}one{% when 2 %}two{% endcase %}", "two")]
    [InlineData("{% for item in items %}{{ forloop.index }}{{ item.n }} {% endfor %}", "1a 2b ")]
    [InlineData("{% for item in items reversed limit: 1 %}{{ item.n }}{% endfor %}", "a")]
    [InlineData(
        "{% for i in items limit: 1 %}{{ i.n }}{% endfor %}{% for i in items offset: continue %}{{ i.n }}{% endfor %}",
        "ab"
    )]
    [InlineData("{% for i in (1..3) %}{{ i }}{% endfor %}", "123")]
    [InlineData("{% for i in (3..1) %}{{ i }}{% endfor %}-", "-")]
    [InlineData("{% for pair in object %}{{ pair[0] }}={{ pair[1] }};{% endfor %}", "a=1;b=2;")]
    [InlineData(
        "{% tablerow i in items %}{{ i.n }}{% endtablerow %}",
        "<tr class=\"row1\">\n<td class=\"col1\">a</td><td class=\"col2\">b</td></tr>\n"
    )]
    [InlineData(
        "{{ items | map: 'n' | join: '+' }} {{ items | sum: 'p' }} {{ items | sort: 'p' | map: 'n' | first }}",
        "a+b 3.5 b"
    )]
    [InlineData(
        "{{ items | where: 'n', 'b' | size }} {{ items.size }} {{ items[1].n }} {{ items[0]['n'] }} {{ object.size }}",
        "1 2 b a 2"
    )]
    [InlineData("{{ words | split: ' ' | uniq | size }} {{ words | truncate: 5 }}", "1 he...")]
    [InlineData("{% if words contains 'llo' %}yes{% endif %} {% unless words == 'x' %}no{% endunless %}", "yes no")]
    [InlineData("{% increment n %}{% increment n %} {% cycle 'a', 'b' %}{% cycle 'a', 'b' %}", "01 ab")]
    [InlineData("{% raw %}{{ x }}{% endraw %}{% comment %}{{ y }}{% endcomment %}{%- # note -%}  .", "{{ x }}.")]
    [InlineData(
        "{% for a in items %}{% for b in items %}{{ forloop.parentloop.index }}{{ b.n }}{% break %}{% endfor %}{% endfor %}",
        "aa"
    )]
    [InlineData("{{ nothing }}{{ nothing | default: 'none' }}{% for x in nulls %}[{{ x }}]{% endfor %}", "none[][]")]
    [InlineData("{% assign x = nil %}{{ x }}{{ object.a | json }}{{ words | json }}", "1\"hello hello\"")]
    public async Task The_language_is_Liquid(string source, string text)
    {
        var data = """
            {"price": 12.50, "big": 1e20, "thousand": 1e3, "n": 2, "items": [{"n": "a", "p": 2.5}, {"n": "b", "p": 1}],
             "object": {"a": 1, "b": 2}, "words": "hello hello", "nothing": null, "nulls": [null, null]}
            """;

        Assert.Equal(text, (await RenderAsync(new TemplateVariant { Body = source }, data)).Body);
    }

    [Theory]
    [InlineData("{{ coupon | default: 'none' }}", "none")]
    [InlineData("{{ order.coupon.code | default: 'none' | upcase }}", "NONE")]
    [InlineData("{% if coupon %}{{ coupon.code }}{% else %}-{% endif %}", "-")]
    [InlineData("{% unless coupon %}-{% endunless %}", "-")]
    [InlineData("{% if coupon and coupon.code == 'x' %}a{% elsif other or name %}b{% endif %}", "b")]
    [InlineData("{% if coupon == nil and coupon == blank and coupon == empty and nil == coupon %}-{% endif %}", "-")]
    [InlineData("{% if coupon != nil and coupon.value > 5 %}a{% else %}b{% endif %}", "b")]
    [InlineData("{% assign c = coupon | default: nil %}{% if c %}a{% else %}b{% endif %}", "b")]
    [InlineData("{% for e in list %}{{ e.note | default: '?' }}{% endfor %}", "?x")]
    [InlineData("{{ list | where: 'note' | size }}", "1")]
    public async Task A_variable_that_is_tested_may_be_missing(string source, string text)
    {
        var data = """{"name": "Ada", "order": {}, "list": [{}, {"note": "x"}]}""";

        Assert.Equal(text, (await RenderAsync(new TemplateVariant { Body = source }, data)).Body);
    }

    [Theory]
    [InlineData("{{ first }}", "data.first", "line 1, column 4")]
    [InlineData("a\n {{ order.number }}", "data.order.number", "line 2, column 5")]
    [InlineData("{{ order.a.b }}", "data.order.a")]
    [InlineData("{{ order['x y'] }}", "data.order.x y")]
    [InlineData("{% if name %}\r\n{{ first }}{% endif %}", "data.first", "line 2, column 4")]
    [InlineData("{{ first | upcase }}", "data.first", "line 1, column 4")]
    [InlineData("{{ name | append: first }}", "data.first", "line 1, column 19")]
    [InlineData("{{ first | date: '%Y' }}", "data.first")]
    [InlineData("{% if first == 'x' %}{% endif %}", "data.first")]
    [InlineData("{% if 'x' != first %}{% endif %}", "data.first")]
    [InlineData("{% if first > 3 %}{% endif %}", "data.first")]
    [InlineData("{% if first == second %}{% endif %}", "data.first,data.second")]
    [InlineData("{% if name and first contains 'x' %}{% endif %}", "data.first")]
    [InlineData("{% case first %}{% when 'x' %}{% endcase %}", "data.first")]
    [InlineData("{% for x in first %}{% endfor %}", "data.first")]
    [InlineData("{% for x in (1..first) %}{% endfor %}", "data.first")]
    [InlineData("{% for x in list %}{{ x.n }}{% endfor %}", "data.list[1].n")]
    [InlineData("{{ list | map: 'n' | join: ',' }}", "data.list[1].n")]
    [InlineData("{% assign x = first %}{{ x }}", "data.first")]
    [InlineData("{% cycle first, name %}", "data.first")]
    [InlineData("{{ list | where: 'n', first | size }}", "data.first", "line 1, column 23")]
    [InlineData("{{ list | has: 'n', first }}", "data.first")]
    [InlineData("{{ list | reject: 'n', order.a }}", "data.order.a")]
    [InlineData("{{ list | concat: first | size }}", "data.first")]
    [InlineData("{{ Name }}", "data.Name")]
    [InlineData("{{ first }}{{ second }}{{ first }}", "data.first,data.second")]
    public async Task A_variable_that_is_used_must_be_there(string source, string fields, string place = "variants[0].body")
    {
        var data = """{"name": "Ada", "order": {"id": 1}, "list": [{"n": 1}, {}]}""";

        var errors = await ErrorsAsync(new TemplateVariant { Body = source }, data);

        Assert.Equal(fields, string.Join(',', errors.Select(error => error.Field)));
        Assert.Contains(place, errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_part_names_the_variable_that_it_misses()
    {
        var errors = await ErrorsAsync(
            new TemplateVariant
            {
                Title = "{{first}}",
                Body = "{{order.number}}",
                Html = "{{name}}{{last}}",
            },
            """{"name": "Ada", "order": {"id": 1}}"""
        );

        Assert.Equal(["data.first", "data.last", "data.order.number"], errors.Select(error => error.Field));
    }

    [Theory]
    [InlineData("th-TH", "{{ at | date: '%Y' }}", "2026")]
    [InlineData("ar-SA", "{{ at | date: '%Y-%m-%d' }}", "2026-03-29")]
    [InlineData("en", "{{ at | date: '%H:%M' }}", "10:15")]
    [InlineData("en", "{{ at | time_zone: 'Asia/Kolkata' | date: '%H:%M' }}", "15:45")]
    [InlineData("en", "{{ local | date: '%H:%M %z' }}", "08:00 +0000")]
    [InlineData("en", "{{ 86400 | date: '%F' }}", "1970-01-02")]
    public async Task Dates_are_read_as_JSON_has_them_in_every_language(string locale, string source, string text)
    {
        var data = """{"n": 1234567.5, "at": "2026-03-29T10:15:00Z", "local": "2026-03-29T08:00:00"}""";

        Assert.Equal(text, (await RenderAsync(new TemplateVariant { Locale = locale, Body = source }, data, locale)).Body);
    }

    [Theory]
    [InlineData("{{ '2026-07-01T08:00:00' | date: '%H:%M %z' }}", "08:00 +0200")]
    [InlineData("{{ '2026-07-01T08:00:00' | time_zone: 'UTC' | date: '%H:%M' }}", "06:00")]
    [InlineData("{{ '2026-12-01T08:00:00' | time_zone: 'UTC' | date: '%H:%M' }}", "07:00")]
    [InlineData("{{ '2026-07-01' | time_zone: 'UTC' | date: '%F %H:%M' }}", "2026-06-30 22:00")]
    [InlineData("{{ '2026-07-01T08:00:00Z' | date: '%H:%M %z' }}", "10:00 +0200")]
    [InlineData("{{ '2026-07-01T08:00:00-04:00' | date: '%H:%M %z' }}", "14:00 +0200")]
    [InlineData("{{ 86400 | date: '%F %H:%M' }}", "1970-01-02 01:00")]
    public async Task A_time_is_shown_on_the_recipients_clock(string source, string text)
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(application, new TemplateVariant { Body = source });
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                TimeZone = "Europe/Stockholm",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );

        var id = await application.SendAsync(TemplateTrigger.Create(null) with { To = Recipient.User("ada") });

        Assert.Equal(text, (await application.EndedDeliveryAsync(id)).Delivery.Content.Body);
    }

    [Theory]
    [InlineData("\r\n{% if name %}\nHello {{ name }}\n{% endif %} ", "Ada", "Hello Ada")]
    [InlineData("Hello {{ name }}", "Ada\r\nBcc: all@example.org", null)]
    [InlineData("Hello {{ name }}", "Ada\nLovelace", null)]
    [InlineData("Hello\n{{ name }}", "Ada", null)]
    public async Task A_title_stays_on_one_line(string source, string name, string? title)
    {
        var variant = new TemplateVariant { Title = source, Body = "text" };
        var data = JsonSerializer.Serialize(new { name });

        if (title is not null)
            Assert.Equal(title, (await RenderAsync(variant, data)).Title);
        else
            Assert.Contains(
                "variants[0].title",
                Assert.Single(await ErrorsAsync(variant, data)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task A_template_without_a_variant_for_any_channel_of_the_trigger_is_refused()
    {
        var sms = new ScriptedProvider("sms", Channel.Sms, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(_mail, sms);
        await SaveAsync(application, new TemplateVariant { Channel = Channel.Email, Title = "Hello" });
        var trigger = TemplateTrigger.Create(null) with { To = Recipient.Phone("+46701740605"), Channels = [Channel.Sms] };

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(trigger));

        Assert.Equal("template", Assert.Single(refused.Errors).Field);
    }

    [Fact]
    public async Task Triggers_use_the_newest_version()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        Assert.Equal(1, await SaveAsync(application, new TemplateVariant { Body = "one" }));
        var first = await application.SendAsync(TemplateTrigger.Create(null));

        Assert.Equal(2, await SaveAsync(application, new TemplateVariant { Body = "two" }));
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = await application.SendAsync(TemplateTrigger.Create(null));

        Assert.Equal("one", (await application.DeliveryAsync(first)).Delivery.Content.Body);
        Assert.Equal("two", (await application.DeliveryAsync(second)).Delivery.Content.Body);
    }

    [Fact]
    public async Task Many_callers_render_at_a_time_and_none_gets_anothers_text()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(
            application,
            new TemplateVariant
            {
                Title = "{{n}}",
                Body = "{% for i in list %}{{ i | plus: 0 }};{% endfor %}",
                Html = "{{n}}",
            }
        );

        await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(i =>
                    Task.Run(async () =>
                    {
                        var id = await application.SendAsync(TemplateTrigger.Create(new { n = i, list = new[] { i, i + 1 } }));
                        var content = (await application.DeliveryAsync(id)).Delivery.Content;
                        Assert.Equal(($"{i}", $"{i};{i + 1};", $"{i}"), (content.Title, content.Body, content.Html));
                    })
                )
        );
    }

    private static Task<int> SaveAsync(TestApplication application, TemplateVariant variant) =>
        application.Templates.SaveAsync(new Template { Name = "welcome", Variants = [variant] });

    private async Task<Content> RenderAsync(TemplateVariant variant, string data, string? locale = null)
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(application, variant);
        var trigger = TemplateTrigger.Create(JsonDocument.Parse(data).RootElement);
        if (locale is not null)
        {
            await application.Directory.SaveUserAsync(
                new User
                {
                    Id = "ada",
                    Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
                    Locale = locale,
                }
            );
            trigger = trigger with { To = Recipient.User("ada") };
        }

        return (await application.EndedDeliveryAsync(await application.SendAsync(trigger))).Delivery.Content;
    }

    private async Task<IReadOnlyList<FieldError>> ErrorsAsync(TemplateVariant variant, string data)
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var errors = await TemplateTrigger.SendAsync(application, [variant], data);
        Assert.NotEmpty(errors);
        return errors;
    }
}
