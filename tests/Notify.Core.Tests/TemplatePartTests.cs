using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of layouts, and of templates that render others.</summary>
public sealed class TemplatePartTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Theory]
    [InlineData("{% render 'part' %}", "Hi Ada!")]
    [InlineData("{% render 'part' %} {% render 'part' %}", "Hi Ada! Hi Ada!")]
    [InlineData("{% render 'given', item: 'a<b', count: 2 %}", "a&lt;b x 2")]
    [InlineData("{% render 'given' with name as item, count: 1 %}", "Ada x 1")]
    [InlineData("{% render 'given' for list as item, count: 3 %}", "a x 3b x 3")]
    [InlineData("{% assign name = 'Bo' %}{% render 'part' %}{{ name }}", "Hi Ada!Bo")]
    [InlineData("{% capture c %}<b>{% render 'part' %}</b>{% endcapture %}{{ c }}", "<b>Hi Ada!</b>")]
    [InlineData("{% render 'outer' %}", "[Hi Ada!]")]
    [InlineData("{% if name == 'Bo' %}{% render 'part' %}{% endif %}", "")]
    public async Task A_part_sees_the_data_and_what_it_is_given(string html, string expected)
    {
        await using var app = await StartAsync();

        Assert.Equal(expected, (await PreviewAsync(app, new TemplateVariant { Html = html })).Html);
    }

    [Fact]
    public async Task A_part_does_not_see_the_variables_around_it_and_a_missing_one_is_named_with_both_templates()
    {
        await using var app = await StartAsync();

        var errors = await FailAsync(app, "{% assign item = 1 %}\n{% render 'given', count: 1 %}");

        var error = Assert.Single(errors);
        Assert.Equal(("data.item", FieldErrorCodes.Required), (error.Field, error.Code));
        Assert.Contains("'draft'", error.Message, StringComparison.Ordinal);
        Assert.Contains("variants[0].html, in 'given', line 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layout_surrounds_the_texts_that_it_has()
    {
        await using var app = await StartAsync();
        await SaveAsync(
            app,
            "base",
            new TemplateVariant { Html = "<main>{{ content }}</main>{% render 'part' %}" },
            new TemplateVariant
            {
                Locale = "sv",
                Html = "<main lang=sv>{{ content }}</main>",
                Body = "Hej. {{ content }}",
            }
        );
        var draft = new Template
        {
            Name = "draft",
            Layout = "base",
            Variants =
            [
                new TemplateVariant
                {
                    Title = "T",
                    Body = "B",
                    Html = "<p>{{ name }} &amp; {{ tag }}</p>",
                },
                new TemplateVariant
                {
                    Locale = "sv",
                    Title = "T",
                    Body = "B",
                    Html = "<p>{{ name }}</p>",
                },
            ],
        };

        var contents = (await app.Templates.PreviewAsync(draft, CreateData())).Select(variant => variant.Content).ToArray();

        Assert.Equal(
            ("T", "B", "<main><p>Ada &amp; &lt;b&gt;</p></main>Hi Ada!"),
            (contents[0].Title, contents[0].Body, contents[0].Html)
        );
        Assert.Equal(("T", "Hej. B", "<main lang=sv><p>Ada</p></main>"), (contents[1].Title, contents[1].Body, contents[1].Html));
    }

    [Fact]
    public async Task A_part_is_chosen_for_the_channel_and_the_language()
    {
        await using var app = await StartAsync();
        await SaveAsync(
            app,
            "footer",
            new TemplateVariant { Body = "default" },
            new TemplateVariant { Locale = "sv", Body = "svenska" },
            new TemplateVariant { Channel = Channel.Sms, Body = "short" }
        );
        string?[] locales = [null, "sv", "sv-FI", "de"];

        foreach (var (locale, expected) in locales.Zip(["default", "svenska", "svenska", "default"]))
            Assert.Equal(expected, (await PreviewAsync(app, Footer() with { Locale = locale })).Body);
        Assert.Equal("short", (await PreviewAsync(app, Footer() with { Channel = Channel.Sms })).Body);

        static TemplateVariant Footer() => new() { Body = "{% render 'footer' %}" };
    }

    [Fact]
    public async Task Circles_missing_parts_and_missing_texts_are_refused_when_a_template_is_saved()
    {
        await using var app = await StartAsync();
        await SaveAsync(app, "a", new TemplateVariant { Body = "x" });
        await SaveAsync(app, "b", new TemplateVariant { Body = "{% render 'a' %}" });
        await SaveAsync(app, "c", new TemplateVariant { Body = "x" });
        await app.Templates.SaveAsync(
            new Template
            {
                Name = "d",
                Layout = "c",
                Variants = [new TemplateVariant { Body = "x" }],
            }
        );

        await RefuseAsync("a", "{% render 'b' %}", "variants[0].body", "'a' → 'b' → 'a'");
        await RefuseAsync("a", "{% render 'a' %}", "variants[0].body", "'a' → 'a'");
        await RefuseAsync("e", "{% if x %}{% render 'nowhere' %}{% endif %}", "variants[0].body", "'nowhere'");
        await RefuseAsync("e", "x", "layout", "'nowhere'", layout: "nowhere");
        await RefuseAsync("e", "x", "layout", "'e' → 'e'", layout: "e");
        await RefuseAsync("e", "x", "layout", "'d'", layout: "d");
        var noHtml = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            SaveAsync(app, "e", new TemplateVariant { Html = "{% render 'a' %}" })
        );
        Assert.Equal("variants[0].html", Assert.Single(noHtml.Errors).Field);

        async Task RefuseAsync(string name, string body, string field, string message, string? layout = null)
        {
            var template = new Template
            {
                Name = name,
                Layout = layout,
                Variants = [new TemplateVariant { Body = body }],
            };
            var error = Assert.Single(
                (await Assert.ThrowsAsync<InvalidRequestException>(() => app.Templates.SaveAsync(template))).Errors
            );
            Assert.Equal(field, error.Field);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_limits_hold_for_all_texts_together()
    {
        await using var app = await StartAsync();
        var levels = Enumerable.Range(0, 8).ToArray();
        foreach (var level in levels)
            await SaveAsync(app, $"level-{level}", new TemplateVariant { Html = CreateLaugh(level) });

        var error = Assert.Single(await FailAsync(app, CreateLaugh(8)));
        Assert.Equal(FieldErrorCodes.TemplateFailed, error.Code);
        Assert.Contains("steps", error.Message, StringComparison.Ordinal);
        Assert.Contains("In the template 'level-", error.Message, StringComparison.Ordinal);

        await SaveAsync(app, "level-8", new TemplateVariant { Html = "{% render 'level-7' %}" });
        var deep = await FailAsync(app, "{% render 'level-8' %}");
        Assert.Contains("levels deep", Assert.Single(deep).Message, StringComparison.Ordinal);

        static string CreateLaugh(int level) =>
            level == 0 ? "ha" : string.Concat(Enumerable.Repeat($"{{% render 'level-{level - 1}' %}}", 10));
    }

    [Fact]
    public async Task A_part_that_changes_changes_what_is_sent_within_a_second()
    {
        await using var app = await StartAsync();
        await SaveAsync(app, "shipped", new TemplateVariant { Title = "T", Body = "{% render 'part' %}" });
        var trigger = new Trigger { To = [Recipient.Email("ada@example.org")], Template = "shipped" }.WithData(
            CreateData().DataElement!.Value
        );
        await SendAsync(1, "Hi Ada!");

        await SaveAsync(app, "part", new TemplateVariant { Body = "Hello {{ name }}.", Html = "x" });
        await SendAsync(2, "Hello Ada.");

        async Task SendAsync(int count, string expected)
        {
            await app.SendAsync(trigger);
            await Eventually.TrueAsync(() => _mail.Sent.Count == count, $"email {count}");
            Assert.Equal(expected, _mail.Sent.Last().Content.Body);
        }
    }

    [Fact]
    public async Task A_part_that_uses_the_recipient_makes_the_texts_personal()
    {
        await using var app = await StartAsync();
        await SaveAsync(app, "hello", new TemplateVariant { Body = "Hello {{ recipient.nick }}" });
        await SaveAsync(app, "shipped", new TemplateVariant { Title = "T", Body = "{% render 'hello' %}" });
        foreach (var id in (string[])["ada", "bo"])
            await app.Directory.SaveUserAsync(
                new User
                {
                    Id = id,
                    Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
                    Properties = JsonElement.Parse($$"""{"nick":"{{id}}"}"""),
                }
            );

        await app.SendAsync(new Trigger { To = [Recipient.User("ada"), Recipient.User("bo")], Template = "shipped" });

        await Eventually.TrueAsync(() => _mail.Sent.Count == 2, "two emails");
        Assert.Equal(["Hello ada", "Hello bo"], _mail.Sent.Select(sent => sent.Content.Body).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_template_that_others_render_is_not_deleted()
    {
        await using var app = await StartAsync();

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            app.Templates.DeleteAsync(Trigger.DefaultTenant, "part")
        );
        var error = Assert.Single(refused.Errors);
        Assert.Equal(("name", FieldErrorCodes.Conflict), (error.Field, error.Code));
        Assert.Contains("outer", error.Message, StringComparison.Ordinal);

        Assert.True(await app.Templates.DeleteAsync(Trigger.DefaultTenant, "outer"));
        Assert.True(await app.Templates.DeleteAsync(Trigger.DefaultTenant, "part"));
    }

    private static TemplatePreview CreateData() =>
        new TemplatePreview().WithData(JsonElement.Parse("""{"name":"Ada","tag":"<b>","list":["a","b"]}"""));

    private static async Task<Content> PreviewAsync(TestApplication app, TemplateVariant variant) =>
        Assert
            .Single(await app.Templates.PreviewAsync(new Template { Name = "draft", Variants = [variant] }, CreateData()))
            .Content;

    private static async Task<IReadOnlyList<FieldError>> FailAsync(TestApplication app, string html) =>
        (await Assert.ThrowsAsync<InvalidRequestException>(() => PreviewAsync(app, new TemplateVariant { Html = html }))).Errors;

    private static Task<int> SaveAsync(TestApplication app, string name, params TemplateVariant[] variants) =>
        app.Templates.SaveAsync(new Template { Name = name, Variants = variants });

    private async Task<TestApplication> StartAsync()
    {
        var app = await TestApplication.StartAsync(_time, _mail);
        await SaveAsync(app, "part", new TemplateVariant { Body = "Hi {{ name }}!", Html = "Hi {{ name }}!" });
        await SaveAsync(app, "given", new TemplateVariant { Html = "{{ item }} x {{ count }}" });
        await SaveAsync(app, "outer", new TemplateVariant { Html = "[{% render 'part' %}]" });
        return app;
    }
}
