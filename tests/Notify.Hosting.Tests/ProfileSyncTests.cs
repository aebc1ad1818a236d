using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Hosting.Tests;

/// <summary>Tests that a nightly sync of all profiles does not subscribe again those who opted out.</summary>
public sealed class ProfileSyncTests
{
    private static readonly string[] Users = ["by-link", "by-reply", "by-api", "nobody-yet"];

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task A_profile_sync_leaves_every_opt_out_in_place(string method)
    {
        var texts = new ScriptedProvider("texts", Channel.Sms, _ => new(Outcome.OptedOut("21610")));
        await using var app = await ApiApplication.StartAsync(services: services =>
            services
                .AddSingleton<IDeliveryProvider>(texts)
                .AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
                .ConfigureChannel(Channel.Sms, channel => channel.Providers = ["texts"])
                .AddUnsubscribeLinks(options =>
                    (options.Url, options.Key) = (
                        new Uri("https://notify.example.org/v1/unsubscribe"),
                        "0123456789 0123456789 0123456789"
                    )
                )
        );
        foreach (var user in Users[..3])
            await app.CallAsync("PUT", $"/v1/users/{user}", Profile(user, "sv"));

        using var unsubscribed = await app.Client.PostAsync(await LinkAsync(app), null);
        Assert.Equal(HttpStatusCode.OK, unsubscribed.StatusCode);
        await app.WhenAsync(await AcceptAsync(app, "by-reply", "sms"), "deadLetter", 1);
        foreach (var user in Users[2..])
        {
            await app.CallAsync(
                "PATCH",
                $"/v1/users/{user}/preferences",
                """{"items":[{"channel":"email","status":"optedOut"}],"source":"import"}"""
            );
        }

        var before = await Task.WhenAll(Users.Select(user => app.CallAsync("GET", $"/v1/users/{user}/preferences")));
        Assert.Equal(
            ["unsubscribeLink", "reply", "import", "import"],
            before.Select(preferences => preferences.GetProperty("items")[0].Text("source"))
        );

        await app.CallAsync("PUT", "/v1/users/nobody-yet", Profile("nobody-yet", "sv"));
        foreach (var user in Users)
            await app.CallAsync(method, $"/v1/users/{user}", Profile(user, "de"));

        var after = await Task.WhenAll(Users.Select(user => app.CallAsync("GET", $"/v1/users/{user}/preferences")));
        Assert.Equal(before.Select(json => json.GetRawText()), after.Select(json => json.GetRawText()));
        foreach (var (user, channel) in Users.Zip(["email", "sms", "email", "email"]))
        {
            Assert.Equal("de", (await app.CallAsync("GET", $"/v1/users/{user}")).Text("locale"));
            var sent = await app.WhenAsync(await AcceptAsync(app, user, channel), "cancelled", 1);
            Assert.Equal(
                "declined by the user's preferences",
                sent.GetProperty("deliveries").GetProperty("items")[0].Text("reason")
            );
        }
    }

    private static string Profile(string user, string locale) =>
        JsonSerializer.Serialize(
            new
            {
                addresses = new Dictionary<string, string> { ["email"] = $"{user}@example.org", ["phone"] = "+46701234567" },
                locale,
            }
        );

    private static Task<string> AcceptAsync(ApiApplication app, string user, string channel) =>
        app.AcceptAsync($$$"""{"to":{"user":"{{{user}}}"},"content":{"body":"x"},"channels":["{{{channel}}}"]}""");

    private static async Task<string> LinkAsync(ApiApplication app)
    {
        var id = Guid.Parse((await AcceptAsync(app, "by-link", "email")).Split('/')[^1]);
        var deliveries = await app
            .Services.GetRequiredService<INotificationStore>()
            .ListDeliveriesAsync(Trigger.DefaultTenant, id, null, 10, CancellationToken.None);
        return app.Services.GetRequiredService<IUnsubscribeLinks>().CreateLink(deliveries[0].Delivery)!.AbsolutePath;
    }
}
