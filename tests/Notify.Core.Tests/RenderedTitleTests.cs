using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>Tests of line breaks that the variables of a template bring into a title.</summary>
public sealed class RenderedTitleTests
{
    [Theory]
    [InlineData("order\nBcc: eve@example.org")]
    [InlineData("order\r\nnow")]
    [InlineData("\rorder")]
    public async Task A_line_break_that_a_variable_brings_into_a_title_is_refused_at_once(string value)
    {
        await using var application = await StartAsync();

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(Welcome(value)));

        Assert.Equal("template", Assert.Single(exception.Errors).Field);
    }

    [Fact]
    public async Task A_line_break_is_welcome_in_the_body()
    {
        await using var application = await StartAsync(title: "Your order", body: "{{name}}");

        var delivery = await application.EndedDeliveryAsync(await application.SendAsync(Welcome("Ada\nLovelace")));

        Assert.Equal("Ada\nLovelace", delivery.Delivery.Content.Body);
    }

    private static async Task<TestApplication> StartAsync(string title = "Your {{name}}", string body = "It was shipped.")
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        var application = await TestApplication.StartAsync(mail);
        await application.Templates.SaveAsync(
            new Template { Name = "welcome", Variants = [new TemplateVariant { Title = title, Body = body }] }
        );
        return application;
    }

    private static Trigger Welcome(string name) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Template = "welcome",
            Data = new { name },
        };
}
