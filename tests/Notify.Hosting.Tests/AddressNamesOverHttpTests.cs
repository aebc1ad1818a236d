using System.Net;
using System.Text.Json;

namespace Notify.Hosting.Tests;

/// <summary>The names of a user's addresses: <c>phone</c> for SMS, and otherwise the name of the channel.</summary>
public sealed class AddressNamesOverHttpTests
{
    private const string User = "/v1/users/ada";

    [Fact]
    public async Task The_address_of_sms_is_phone_when_it_is_saved_and_when_it_is_used()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", User, """{"addresses":{"phone":"+46 70-123 45 67"}}""");

        var url = await app.AcceptAsync("""{"to":{"user":"ada"},"content":{"body":"x"},"channels":["sms"]}""");

        Assert.Equal("ada", (await app.WhenAsync(url, "sent", 1)).DeliveryOver("sms").Text("user"));
        Assert.Equal("+46701234567", (await app.CallAsync("GET", User)).GetProperty("addresses").Text("phone"));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task The_name_of_the_channel_is_refused_with_the_name_of_the_address(string method)
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", User, "{}");

        var (status, body) = await app.AskAsync(method, User, """{"addresses":{"sms":"+46701234567"}}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("addresses.sms", body, StringComparison.Ordinal);
        Assert.Contains("Use phone.", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task An_address_that_no_channel_uses_is_saved_with_a_warning(string method)
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", User, "{}");

        var (status, body) = await app.AskAsync(
            method,
            User,
            """{"addresses":{"email":"ada@example.org","fax":"12","pager":"3"}}"""
        );

        Assert.Equal(HttpStatusCode.OK, status);
        var warnings = JsonElement.Parse(body).GetProperty("warnings").EnumerateArray().ToList();
        Assert.Equal(
            [("addresses.fax", "no_channel"), ("addresses.pager", "no_channel")],
            warnings.Select(warning => (warning.Text("field"), warning.Text("code")))
        );
        Assert.StartsWith(
            "No provider of this application sends to 'fax'.",
            warnings[0].Text("message"),
            StringComparison.Ordinal
        );
        Assert.Equal("12", (await app.CallAsync("GET", User)).GetProperty("addresses").Text("fax"));
        Assert.Equal(
            (HttpStatusCode.NoContent, ""),
            await app.AskAsync("PUT", User, """{"addresses":{"phone":"+46701234567"}}""")
        );
    }

    [Fact]
    public async Task A_preference_for_a_channel_without_a_provider_is_saved_with_a_warning()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        const string Preferences = $"{User}/preferences";

        var changed = await app.CallAsync(
            "PATCH",
            Preferences,
            """
            {"items":[{"channel":"email","status":"optedOut"},{"channel":"fax","status":"optedOut"},
             {"category":"news","channel":"pager","status":null},{"category":"news","status":"optedOut"}]}
            """
        );

        Assert.Equal([("items[1].channel", "no_channel")], Warnings(changed));
        var found = await app.CallAsync("GET", Preferences);
        Assert.Contains(found.GetProperty("items").EnumerateArray(), item => item.Text("channel") == "fax");
        Assert.False(found.TryGetProperty("warnings", out _));
        var served = await app.CallAsync("PATCH", Preferences, """{"items":[{"channel":"sms","status":"optedOut"}]}""");
        Assert.False(served.TryGetProperty("warnings", out _));
    }

    [Fact]
    public async Task A_variant_for_a_channel_without_a_provider_is_saved_with_a_warning()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();

        var saved = await app.CallAsync(
            "PUT",
            "/v1/templates/welcome",
            """{"variants":[{"body":"x"},{"channel":"email","title":"x"},{"channel":"fax","body":"x"}]}"""
        );

        Assert.Equal([("variants[2].channel", "no_channel")], Warnings(saved));
        Assert.Equal(1, saved.GetProperty("version").GetInt32());
        var served = await app.CallAsync("PUT", "/v1/templates/welcome", """{"variants":[{"channel":"sms","body":"x"}]}""");
        Assert.False(served.TryGetProperty("warnings", out _));
    }

    private static IEnumerable<(string?, string?)> Warnings(JsonElement saved) =>
        saved.GetProperty("warnings").EnumerateArray().Select(warning => (warning.Text("field"), warning.Text("code")));
}
