using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests the link, the image and the buttons that a template gives to inbox items.</summary>
public sealed class TemplateInboxTests
{
    private const string Tenant = Trigger.DefaultTenant;

    private static readonly InboxContent Orders = new()
    {
        Url = "/orders/{{ order | url_encode }}",
        ImageUrl = "{% if image %}https://example.org/{{ image }}.png{% endif %}",
        Actions =
        [
            new() { Label = "Track {{ order }}", Url = "https://example.org/{{ order | url_encode }}" },
            new() { Label = "{% if returns %}Return{% endif %}", Url = "/returns" },
        ],
    };

    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Theory]
    [InlineData("Order {{ order }}")]
    [InlineData("Order {{ order }} of {{ recipient.id }}")]
    public async Task The_fields_are_rendered_with_the_data_and_what_is_empty_is_left_out(string title)
    {
        await using var app = await StartAsync();
        await app.Templates.SaveAsync(CreateTemplate(Orders, title));

        var inbox = await SendAsync(
            app,
            new
            {
                order = "4 2",
                image = false,
                returns = false,
            }
        );

        Assert.Equal(("/orders/4+2", null), (inbox.Url, inbox.ImageUrl));
        Assert.Equal([new InboxAction { Label = "Track 4 2", Url = "https://example.org/4+2" }], inbox.Actions);

        var full = await SendAsync(
            app,
            new
            {
                order = "<b>",
                image = "x",
                returns = true,
            }
        );

        Assert.Equal("https://example.org/x.png", full.ImageUrl);
        // The component shows a label as text.
        Assert.Equal(["Track <b>", "Return"], full.Actions!.Select(action => action.Label));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("orders")]
    [InlineData("/orders\n/42")]
    public async Task A_url_that_data_makes_unsafe_is_an_error_of_the_trigger(string url)
    {
        await using var app = await StartAsync();
        await app.Templates.SaveAsync(CreateTemplate(new InboxContent { Url = "{{ url }}" }, "Order"));
        await app.Templates.SaveAsync(
            CreateTemplate(new InboxContent { Actions = [new() { Label = "Go", Url = "{{ url }}" }] }, "Order") with
            {
                Name = "action",
            }
        );

        foreach (var template in new[] { "orders", "action" })
        {
            var failure = await Assert.ThrowsAsync<InvalidRequestException>(() =>
                app.SendAsync(CreateTrigger(new { url }) with { Template = template })
            );
            Assert.Contains("inbox", Assert.Single(failure.Errors).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Mistakes_are_reported_when_the_template_is_saved_and_an_unchanged_one_is_no_new_version()
    {
        await using var app = await StartAsync();
        var wrong = new InboxContent
        {
            Url = "{{ order",
            ImageUrl = "{% render 'part' %}",
            Actions = [new() { Label = "", Url = "/x" }, .. Enumerable.Repeat(new InboxAction { Label = "x", Url = "/x" }, 5)],
        };

        var failure = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            app.Templates.SaveAsync(CreateTemplate(wrong, "Order"))
        );

        Assert.Equal(
            [
                "variants[0].inbox.actions",
                "variants[0].inbox.actions[0].label",
                "variants[0].inbox.imageUrl",
                "variants[0].inbox.url",
            ],
            failure.Errors.Select(error => error.Field).Order(StringComparer.Ordinal)
        );
        Assert.Equal(1, await app.Templates.SaveAsync(CreateTemplate(Orders, "Order")));
        Assert.Equal(1, await app.Templates.SaveAsync(CreateTemplate(Orders with { Actions = [.. Orders.Actions!] }, "Order")));
        Assert.Equal(2, await app.Templates.SaveAsync(CreateTemplate(Orders with { Actions = null }, "Order")));
    }

    private static Template CreateTemplate(InboxContent inbox, string title) =>
        new() { Name = "orders", Variants = [new() { Title = title, Inbox = inbox }] };

    private static Trigger CreateTrigger(object data) =>
        new()
        {
            To = Recipient.User("ada"),
            Channels = [Channel.Inbox],
            Template = "orders",
            Data = data,
        };

    private static async Task<InboxContent> SendAsync(TestApplication app, object data)
    {
        var sent = await app.EndedDeliveryAsync(await app.SendAsync(CreateTrigger(data)));
        Assert.Equal(DeliveryState.Sent, sent.State);
        var items = await app.Get<IInboxes>().ListAsync(Tenant, "ada", InboxFilter.Current, new PageRequest());
        return items.Items[0].Content.Inbox!;
    }

    private async Task<TestApplication> StartAsync()
    {
        var app = await TestApplication.StartAsync(builder => builder.AddInbox(), _mail);
        await app.Directory.SaveUserAsync(new User { Id = "ada" });
        return app;
    }
}
