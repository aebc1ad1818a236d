using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.FakeGateways.Twilio;

namespace Notify.Providers.Twilio.Tests;

/// <summary>An SMS that can never be sent is refused when it is triggered, whether its body is given or rendered.</summary>
public sealed class ContentOverHttpTests
{
    /// <summary>The value of the variable, and what is right about the body; null for a right one.</summary>
    private const string Nothing = "neither the title nor the body nor the HTML shows anything";

    private static readonly (string Value, string? Message)[] Bodies =
    [
        ("Text", null),
        ("Rad ett\nrad två\tslut", null),
        (new string('x', 1_600), null),
        (string.Concat(Enumerable.Repeat("\U0001F600", 1_600)), null),
        ("", Nothing),
        (" \n ", Nothing),
        (new string('x', 1_601), "Use at most 1,600 characters"),
        (string.Concat(Enumerable.Repeat("\U0001F600", 1_601)), "Use at most 1,600 characters"),
        ("bell \u0007", "An SMS must not contain control characters"),
        ("escape \u001b[31m", "An SMS must not contain control characters"),
        ("next line \u0085", "An SMS must not contain control characters"),
    ];

    [Fact]
    public async Task A_rendered_body_is_held_to_the_rule_of_a_given_one()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        using var client = CreateClient(application);
        await SaveAsync(client, "own", """{"variants":[{"body":"fits"},{"channel":"sms","body":"{{ text }}"}]}""");
        await SaveAsync(client, "all", """{"variants":[{"body":"{{ text }}"}]}""");

        foreach (var (text, message) in Bodies)
        {
            var given = new { content = new { title = "Not sent", body = text } };
            await AssertAsync(client, given, "content.body", message == Nothing ? "An SMS needs a body" : message);
            await AssertAsync(client, new { template = "own", data = new { text } }, "template", message);
            await AssertAsync(client, new { template = "all", data = new { text } }, "template", message);
        }
    }

    [Fact]
    public async Task A_variant_that_SMS_does_not_get_may_be_as_it_likes()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        using var client = CreateClient(application);
        await SaveAsync(
            client,
            "order",
            """
            {"variants":[{"title":"{{ text }}"},{"channel":"sms","body":"fits"},{"locale":"sv","body":"{{ text }}"},
             {"locale":"SV","channel":"sms","body":"passar"}]}
            """
        );

        await AssertAsync(client, new { template = "order", data = new { text = new string('x', 2_000) } }, "template", null);
        await AssertAsync(client, new { template = "order", data = new { text = "" } }, "template", "variants[0].body");
    }

    private static HttpClient CreateClient(TwilioApplication application) =>
        new() { BaseAddress = new Uri(application.Address, "/notify/v1/") };

    private static async Task SaveAsync(HttpClient client, string name, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PutAsync(new Uri($"templates/{name}", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    private static async Task AssertAsync(HttpClient client, object says, string field, string? message)
    {
        var body = JsonSerializer.SerializeToNode(says)!.AsObject();
        body["to"] = JsonSerializer.SerializeToNode(new { phone = "+46701234567" });
        using var response = await client.PostAsJsonAsync("notifications", body);
        if (message is null)
        {
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            return;
        }

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.All(errors.EnumerateArray(), error => Assert.Equal(field, error.GetProperty("field").GetString()));
        Assert.Contains(message, errors[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
