using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Phone numbers as people write them, which the store and the providers see in one spelling.</summary>
public sealed class PhoneNumbersOverHttpTests
{
    private const string Number = "+46701234567";

    [Fact]
    public async Task Every_spelling_is_one_number()
    {
        await using var app = await StartAsync("SE");
        string[] spellings =
        [
            Number,
            "+46 70-123 45 67",
            " 0046701234567 ",
            "00 46 70 123 45 67",
            "070-123 45 67",
            "0701234567",
            "(070) 123.45.67",
            "+46(0)70 1234567",
            "+460701234567",
            "\u202a+46 70 123 45 67\u202c",
            "+46\u00a070\u2011123\u200945\u200967",
            "＋４６７０１２３４５６７",
        ];

        foreach (var spelling in spellings)
            await app.AcceptAsync(Sms(spelling));
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == spellings.Length, "every message");

        Assert.All(app.Sandbox.Messages, message => Assert.Equal(Number, message.Address));
    }

    [Fact]
    public async Task Two_spellings_of_a_number_are_one_delivery_and_one_idempotent_body()
    {
        await using var app = await StartAsync("SE");
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"phone":"070-123 45 67"}}""");
        Assert.Equal(Number, (await app.CallAsync("GET", "/v1/users/ada")).GetProperty("addresses").Text("phone"));

        var url = await app.AcceptAsync(
            """
            {"to":[{"phone":"0046701234567"},{"user":"ada"},{"phone":"+46 70 123 45 67"}],
             "content":{"body":"Text"},"channels":["sms"]}
            """
        );
        await app.WhenAsync(url, "sent", 1);
        using var first = await app.TriggerAsync(Sms("070-123 45 67"), ("Idempotency-Key", "k"));
        using var second = await app.TriggerAsync(Sms(Number), ("Idempotency-Key", "k"));
        using var other = await app.TriggerAsync(Sms("070-123 45 68"), ("Idempotency-Key", "k"));

        Assert.True((await second.JsonAsync()).GetProperty("duplicate").GetBoolean());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 2, "both messages");
        Assert.All(app.Sandbox.Messages, message => Assert.Equal(Number, message.Address));
    }

    [Fact]
    public async Task A_number_keeps_its_data_when_it_is_written_in_another_way()
    {
        await using var app = await StartAsync("SE");
        await app.CallAsync("PUT", "/v1/templates/codes", """{"variants":[{"body":"Your code is {{ code }}"}]}""");

        await app.AcceptAsync("""{"to":[{"phone":"070-123 45 67","data":{"code":7}}],"template":"codes","data":{"code":1}}""");
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 1, "the message");

        var message = Assert.Single(app.Sandbox.Messages);
        Assert.Equal((Number, "Your code is 7"), (message.Address, message.Content.Body));
    }

    [Fact]
    public async Task A_region_dials_abroad_in_its_own_way()
    {
        await using var app = await StartAsync("US");

        string[] abroad =
        [
            "011 46 70 123 45 67",
            "0046 70 123 45 67",
            "\u202d0046 70 123 45 67\u202c",
            "  0046701234567",
            Number,
        ];
        foreach (var spelling in abroad)
            await app.AcceptAsync(Sms(spelling));
        await app.AcceptAsync(Sms("(415) 555-2671"));
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 6, "every message");

        var numbers = app.Sandbox.Messages.Select(message => message.Address).Order();
        Assert.Equal(["+14155552671", .. abroad.Select(_ => Number)], numbers);
    }

    [Fact]
    public async Task What_is_wrong_with_a_number_is_told()
    {
        await using var abroad = await StartAsync(null);
        await using var sweden = await StartAsync("SE");
        await using var america = await StartAsync("US");
        (ApiApplication App, string Number, string Message)[] wrong =
        [
            (abroad, "070-123 45 67", "with its country code"),
            (abroad, "0701234567", "with its country code"),
            (sweden, "+999123456789", "This country code does not exist"),
            (sweden, "00999123456789", "This country code does not exist"),
            (sweden, "+0701234567", "This country code does not exist"),
            (sweden, "+46 70", "too few digits"),
            (sweden, "112", "too few digits"),
            (america, "253-0000", "with its area code"),
            (sweden, "+46 70 123 45 67 89 01 23", "too many digits"),
            (sweden, "+1 555 26710", "digits"),
            (sweden, "+46 70 123 45 67;ext=5", "not a phone number"),
            (sweden, "+46 70 123 45 67 # 5", "extension"),
            (sweden, "+1 800 FLOWERS", "not a phone number"),
            (sweden, "tel:+46701234567", "not a phone number"),
            (sweden, "+", "not a phone number"),
            (sweden, "ring mig", "not a phone number"),
        ];

        foreach (var (app, number, message) in wrong)
        {
            using var response = await app.TriggerAsync(Sms(number));
            AssertError(await response.ProblemAsync(HttpStatusCode.BadRequest), "to[0].phone", number, message);
            var (status, body) = await app.AskAsync(
                "PUT",
                "/v1/users/ada",
                JsonSerializer.Serialize(new { addresses = new { phone = number } })
            );
            Assert.Equal(HttpStatusCode.BadRequest, status);
            AssertError(JsonDocument.Parse(body).RootElement, "addresses.phone", number, message);
        }
    }

    [Theory]
    [InlineData("se")]
    [InlineData("Sweden")]
    [InlineData("46")]
    [InlineData("")]
    public async Task A_default_region_that_is_none_fails_at_start(string region)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(region));

        Assert.Contains("DefaultPhoneRegion is not a region code", exception.Message, StringComparison.Ordinal);
    }

    private static Task<ApiApplication> StartAsync(string? region) =>
        ApiApplication.StartAsync(services: services =>
            services.Configure<NotificationsOptions>(options => options.DefaultPhoneRegion = region)
        );

    private static string Sms(string number) =>
        JsonSerializer.Serialize(new { to = new[] { new { phone = number } }, content = new { body = "Text" } });

    private static void AssertError(JsonElement problem, string field, string number, string message)
    {
        var error = problem.ErrorsIn(field)[0].Text("message");
        Assert.True(error!.Contains(message, StringComparison.Ordinal), $"{number}: {error}");
        Assert.True(number.Length == 1 || !error.Contains(number, StringComparison.Ordinal), error);
    }
}
