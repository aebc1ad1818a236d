using System.Net;
using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed class TenantsOverHttpTests
{
    private const string Acme = "acme";

    [Fact]
    public async Task No_endpoint_shows_or_changes_another_tenants_data()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync(
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Rejected("no"))
        );
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"ada@example.org","phone":"+46701234567"}}""", Acme);
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", """{"platform":"android","token":"a-token"}""", Acme);
        await app.CallAsync("POST", "/v1/topics/news/subscribers", """{"users":["ada"]}""", Acme);
        await app.CallAsync("PUT", "/v1/templates/t", """{"variants":[{"body":"x"}]}""", Acme);
        var url = await app.AcceptAsync(
            """{"to":{"user":"ada"},"template":"t","channels":["push","email"],"fallback":[{"channel":"sms","after":"PT1H"}]}""",
            Acme
        );
        await app.WhenAsync(url, "deadLetter", 1, Acme);
        var timeline = await app.WhenAsync(url, "sent", 1, Acme);
        await Eventually.TrueAsync(
            async () =>
                (await app.CallAsync("GET", "/v1/analytics/deliveries", null, Acme)).GetProperty("items").GetArrayLength() > 0,
            "the counts"
        );

        string[] unknown =
        [
            $"GET {url}",
            $"POST {url}/cancel",
            "GET /v1/users/ada",
            "DELETE /v1/users/ada",
            "DELETE /v1/users/ada/devices/phone",
            "GET /v1/templates/t",
        ];
        foreach (var call in unknown)
            Assert.Equal(
                (call, HttpStatusCode.NotFound),
                (call, (await app.AskAsync(call.Split(' ')[0], call.Split(' ')[1])).Status)
            );

        Assert.Equal(0, (await app.CallAsync("GET", "/v1/users/ada/devices")).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await app.CallAsync("GET", "/v1/topics/news/subscribers")).GetProperty("count").GetInt32());
        Assert.Equal(0, (await app.CallAsync("GET", "/v1/dead-letters")).GetProperty("count").GetInt32());
        Assert.Equal(0, (await app.CallAsync("GET", "/v1/analytics/deliveries")).GetProperty("items").GetArrayLength());
        Assert.Equal(
            0,
            (await app.CallAsync("POST", "/v1/dead-letters/replay", """{"all":true}""")).GetProperty("count").GetInt32()
        );
        await app.CallAsync("POST", "/v1/topics/news/subscribers/remove", """{"users":["ada"]}""");
        var push = timeline.DeliveryOver("push").Text("id");
        var receipts = await app.CallAsync(
            "POST",
            "/v1/receipts",
            $$"""{"receipts":[{"deliveryId":"{{push}}","kind":"delivered"}]}"""
        );
        Assert.Equal(push, Assert.Single(receipts.GetProperty("unknown").EnumerateArray()).GetString());
        foreach (
            var to in (string[])["""{"user":"ada"},"content":{"body":"x"}""", """{"email":"a@example.org"},"template":"t" """]
        )
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (await app.AskAsync("POST", "/v1/notifications", $$"""{"to":{{to}}}""")).Status
            );

        Assert.Equal(
            timeline.GetProperty("deliveries").GetProperty("items").GetRawText(),
            (await app.CallAsync("GET", url, null, Acme)).GetProperty("deliveries").GetProperty("items").GetRawText()
        );
        Assert.Equal(HttpStatusCode.OK, (await app.AskAsync("GET", "/v1/users/ada", null, Acme)).Status);
        Assert.Equal(1, (await app.CallAsync("GET", "/v1/users/ada/devices", null, Acme)).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await app.CallAsync("GET", "/v1/topics/news/subscribers", null, Acme)).GetProperty("count").GetInt32());
        Assert.Equal(1, (await app.CallAsync("GET", "/v1/templates/t", null, Acme)).GetProperty("version").GetInt32());
        Assert.Equal(
            1,
            (await app.CallAsync("POST", "/v1/dead-letters/replay", """{"all":true}""", Acme)).GetProperty("count").GetInt32()
        );
    }

    [Fact]
    public async Task Tenants_can_use_the_same_names_independently()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        foreach (var (tenant, email) in ((string?, string)[])[(null, "ours@example.org"), (Acme, "theirs@example.org")])
            await app.CallAsync("PUT", "/v1/users/ada", JsonSerializer.Serialize(new { addresses = new { email } }), tenant);

        Assert.Equal("ours@example.org", (await app.CallAsync("GET", "/v1/users/ada")).GetProperty("addresses").Text("email"));
        Assert.Equal(
            "theirs@example.org",
            (await app.CallAsync("GET", "/v1/users/ada", null, Acme)).GetProperty("addresses").Text("email")
        );
    }
}
