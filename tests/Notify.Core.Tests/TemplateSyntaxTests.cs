using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>Tests that saving a template reports each syntax error with its field, line and column.</summary>
public sealed class TemplateSyntaxTests
{
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Theory]
    [InlineData("{% if x %}", "Line 1, column 11", "endif")]
    [InlineData("{{", "Line 1, column 3", "")]
    [InlineData("{{ }}", "Line 1, column", "")]
    [InlineData("a\n  {% endif %}", "Line 2, column", "Unknown tag 'endif'.")]
    [InlineData("{% for x in y %}\n{% endif %}", "Line 2, column 1", "endfor")]
    [InlineData("{% for x of y %}{% endfor %}", "Line 1, column", "for")]
    [InlineData("{% else %}", "Line 1, column", "Unknown tag 'else'.")]
    [InlineData("{{ x }", "Line 1, column", "")]
    [InlineData("{{ x | }}", "Line 1, column", "")]
    [InlineData("{{ x\n | upcas }}", "Line 2, column 4", "There is no filter 'upcas'.")]
    [InlineData("{{ x | upcase | default: 'a' | nope: 1 }}", "Line 1, column 32", "There is no filter 'nope'.")]
    [InlineData("{% assign y = x | nope %}", "Line 1, column 19", "There is no filter 'nope'.")]
    [InlineData("{% if x %}{% else %}{{ y | nope }}{% endif %}", "Line 1, column 28", "There is no filter 'nope'.")]
    [InlineData("{% echo x | nope %}", "Line 1, column 13", "There is no filter 'nope'.")]
    [InlineData("\n\n {% blink %}", "Line 3, column", "Unknown tag 'blink'.")]
    [InlineData("{% include 'footer' %}", "Line 1, column", "Unknown tag 'include'.")]
    [InlineData("{% include 'header' %}", "Line 1, column", "Unknown tag 'include'.")]
    [InlineData("{% if a %}{% include 'footer' %}{% endif %}", "Line 1, column", "")]
    [InlineData("{% liquid echo x %}", "Line 1, column", "Unknown tag 'liquid'.")]
    [InlineData("{% macro m(x) %}{% endmacro %}", "Line 1, column", "Unknown tag 'macro'.")]
    [InlineData("{{ (1 | plus: 2) }}", "Line 1, column", "")]
    [InlineData("{{ x() }}", "Line 1, column", "")]
    [InlineData("{{ 999999999999999999999999999999999999999 }}", "Line 1, column", "")]
    [InlineData("{{ 'open }}", "Line 1, column", "")]
    [InlineData("{% raw %}{{ x", "Line 1, column", "")]
    [InlineData("{% comment %}", "Line 1, column", "")]
    [InlineData("{#if x}{{#if x}}{{/if}}", "Line 1, column", "")]
    [InlineData("{{{x}}}", "Line 1, column", "")]
    public async Task What_is_wrong_is_refused_with_its_field_line_and_column(string source, string place, string says)
    {
        var error = Assert.Single(
            await ErrorsAsync(
                new TemplateVariant
                {
                    Channel = Channel.Email,
                    Title = "fine",
                    Body = source,
                }
            )
        );

        Assert.Equal("variants[1].body", error.Field);
        Assert.StartsWith(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_text_names_its_own_fault()
    {
        var errors = await ErrorsAsync(
            new TemplateVariant
            {
                Channel = Channel.Email,
                Title = "{{ a | one }}",
                Body = "{% two %}",
                Html = "{% if %}",
            },
            new TemplateVariant
            {
                Channel = Channel.Email,
                Locale = "de",
                Title = "{{",
                Body = "fine",
            }
        );

        Assert.Equal(
            ["variants[1].title", "variants[1].body", "variants[1].html", "variants[2].title"],
            errors.Select(error => error.Field)
        );
    }

    private async Task<IReadOnlyList<FieldError>> ErrorsAsync(params TemplateVariant[] variants)
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var template = new Template
        {
            Name = "welcome",
            Variants = [new TemplateVariant { Title = "fine", Body = "fine" }, .. variants],
        };

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Templates.SaveAsync(template));

        Assert.Equal(exception.Errors, application.Templates.Validate(template));
        return exception.Errors;
    }
}
