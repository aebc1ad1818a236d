using Notify.Delivering;
using Notify.Planning;
using Notify.Testing;

namespace Notify.Core.Tests;

public sealed class TemplateTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Accepted());

    [Fact]
    public async Task Variables_are_escaped_in_html_and_nowhere_else()
    {
        var content = await RenderAsync(
            new TemplateVariant(null, null, "{{name}}", "{{name}}", "<b>{{name}}</b>"),
            new { name = "<Ada> & \"co\"" }
        );

        Assert.Equal("<Ada> & \"co\"", content.Title);
        Assert.Equal("<Ada> & \"co\"", content.Body);
        Assert.Equal("<b>&lt;Ada&gt; &amp; &quot;co&quot;</b>", content.Html);
    }

    [Fact]
    public async Task Numbers_keep_their_digits_and_lists_are_walked()
    {
        var data = System
            .Text.Json.JsonDocument.Parse("""{"price": 12.50, "big": 12345678901234567890, "items": [{"n": "a"}, {"n": "b"}]}""")
            .RootElement;

        var content = await RenderAsync(
            new TemplateVariant(null, null, null, "{{price}} {{big}}{{#each items}} {{n}}{{/each}}"),
            data
        );

        Assert.Equal("12.50 12345678901234567890 a b", content.Body);
    }

    [Fact]
    public async Task Every_part_names_the_variable_that_it_misses()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(application, new TemplateVariant(null, null, "{{first}}", "{{order.number}}", "{{name}}"));

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Welcome(new { name = "Ada", order = new { id = 1 } }))
        );

        Assert.Equal(
            ["data.first", "data.order.number"],
            exception.Errors.Select(error => error.Field).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("{{#if x}}")]
    [InlineData("{{")]
    [InlineData("{{}}")]
    [InlineData("{{/if}}")]
    [InlineData("{{#each}}{{/if}}")]
    [InlineData("{{{x}}")]
    public async Task What_is_no_template_is_refused_when_it_is_saved_and_its_field_is_named(string source)
    {
        await using var application = await TestApplication.StartAsync(_mail);

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Templates.SaveAsync(
                new Template
                {
                    Name = "welcome",
                    Variants =
                    [
                        new TemplateVariant(null, null, "fine", "fine"),
                        new TemplateVariant(Channel.Email, null, "fine", source),
                    ],
                }
            )
        );

        Assert.Equal("variants[1].body", Assert.Single(exception.Errors).Field);
    }

    [Fact]
    public async Task A_partial_that_does_not_exist_is_the_templates_fault()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(application, new TemplateVariant(null, null, null, "{{> header}}"));

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Welcome(new { name = "Ada" }))
        );

        Assert.Equal("template", Assert.Single(exception.Errors).Field);
    }

    [Fact]
    public async Task Triggers_use_the_newest_version()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        Assert.Equal(1, await SaveAsync(application, new TemplateVariant(null, null, null, "one")));
        var first = await application.SendAsync(Welcome(null));

        Assert.Equal(2, await SaveAsync(application, new TemplateVariant(null, null, null, "two")));
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = await application.SendAsync(Welcome(null));

        Assert.Equal("one", (await application.DeliveryAsync(first)).Delivery.Content.Body);
        Assert.Equal("two", (await application.DeliveryAsync(second)).Delivery.Content.Body);
    }

    [Fact]
    public async Task Many_callers_render_at_a_time_and_none_gets_anothers_text()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(application, new TemplateVariant(null, null, "{{n}}", "{{#each list}}{{this}};{{/each}}", "{{n}}"));

        await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(i =>
                    Task.Run(async () =>
                    {
                        var id = await application.SendAsync(Welcome(new { n = i, list = new[] { i, i + 1 } }));
                        var content = (await application.DeliveryAsync(id)).Delivery.Content;
                        Assert.Equal(($"{i}", $"{i};{i + 1};", $"{i}"), (content.Title, content.Body, content.Html));
                    })
                )
        );
    }

    private static Trigger Welcome(object? data) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Template = "welcome",
            Data = data,
        };

    private static Task<int> SaveAsync(TestApplication application, TemplateVariant variant) =>
        application.Templates.SaveAsync(new Template { Name = "welcome", Variants = [variant] });

    private async Task<Content> RenderAsync(TemplateVariant variant, object data)
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await SaveAsync(application, variant);
        return (await application.EndedDeliveryAsync(await application.SendAsync(Welcome(data)))).Delivery.Content;
    }
}
