using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary>Tests the content of push notifications, settings for single vendors, and the cost of attempts.</summary>
public sealed class PushContentOverHttpTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Phone = """ "to":{"pushToken":"c0ffee01","platform":"ios"} """;

    [Fact]
    public async Task Details_of_the_device_reach_the_provider()
    {
        Delivery? sent = null;
        var push = new ScriptedProvider("push", Channel.Push, delivery =>
        {
            sent = delivery;
            return Outcome.Sent();
        });
        await using var app = await ApiApplication.StartAsync(services: services =>
            services
                .AddSingleton<IDeliveryProvider>(push)
                .Configure<ChannelOptions>("push", options => options.Providers = ["push"])
        );
        var url = await app.AcceptAsync(
            $$"""
            {
              {{Phone}},
              "content": {
                "body": "Text",
                "push": {
                  "imageUrl": "https://example.org/a.png", "link": "app://orders/7", "sound": "bell.caf", "badge": 0,
                  "action": "ORDER", "thread": "orders", "silent": true
                },
                "overrides": {"fcm": {"android":{"ttl":"5s"} }, "apns": {} }
              }
            }
            """
        );
        await app.WhenAsync(url, "sent", 1);

        Assert.Equal(
            new PushContent
            {
                ImageUrl = "https://example.org/a.png",
                Link = "app://orders/7",
                Sound = "bell.caf",
                Badge = 0,
                Action = "ORDER",
                Thread = "orders",
                IsSilent = true,
            },
            sent!.Content.Push
        );
        Assert.Equal(["apns", "fcm"], sent.Content.Overrides!.Keys.Order());
        Assert.Equal("""{"android":{"ttl":"5s"} }""", sent.Content.Overrides["fcm"].GetRawText());
    }

    [Theory]
    [InlineData(""" "push":5 """, "content.push")]
    [InlineData(""" "push":{"badge":-1} """, "content.push.badge")]
    [InlineData(""" "push":{"badge":"3"} """, "content.push.badge")]
    [InlineData(""" "push":{"badge":1.5} """, "content.push.badge")]
    [InlineData(""" "push":{"imageUrl":"a.png"} """, "content.push.imageUrl")]
    [InlineData(""" "push":{"imageUrl":5} """, "content.push.imageUrl")]
    [InlineData(""" "push":{"silent":"yes"} """, "content.push.silent")]
    [InlineData(""" "push":{"colour":"red"} """, "content.push.colour")]
    [InlineData(
        """ "push":{"link":1,"sound":1,"action":1,"thread":1} """,
        "content.push.action",
        "content.push.link",
        "content.push.sound",
        "content.push.thread"
    )]
    [InlineData(""" "overrides":[] """, "content.overrides")]
    [InlineData(""" "overrides":{"fcm":5} """, "content.overrides.fcm")]
    [InlineData(""" "overrides":{"fcm":{"a":["\ud800"]},"apns":"x"} """, "content.overrides.apns", "content.overrides.fcm.a[0]")]
    public async Task An_invalid_value_is_named(string fields, params string[] names)
    {
        using var response = await shared.App.TriggerAsync($"{{{Phone},\"content\":{{\"body\":\"Text\",{fields}}}}}");

        Assert.Equal(names, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal(0, shared.Enqueued);
    }

    [Fact]
    public async Task The_timeline_shows_the_cost_of_an_attempt()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync(
            new ScriptedProvider("sms", Channel.Sms, delivery => delivery.Content.Body switch
                {
                    "priced" => Outcome.Sent("SM1", new Cost(2, 0.0950m, "EUR")),
                    "counted" => Outcome.Sent("SM2", new Cost(3)),
                    _ => Outcome.Sent("SM3"),
                })
        );

        Assert.Equal("""{"segments":2,"amount":0.0950,"currency":"EUR"}""", await CostAsync(app, "priced"));
        Assert.Equal("""{"segments":3}""", await CostAsync(app, "counted"));
        Assert.Null(await CostAsync(app, "free"));
    }

    private static async Task<string?> CostAsync(ApiApplication app, string body)
    {
        var url = await app.AcceptAsync($$$"""{"to":{"phone":"+46701234567"},"content":{"body":"{{{body}}}"}}""");
        var delivery = (await app.WhenAsync(url, "sent", 1)).DeliveryOver("sms");
        var attempt = Assert.Single(delivery.GetProperty("attempts").EnumerateArray());
        return attempt.TryGetProperty("cost", out var cost) ? cost.GetRawText() : null;
    }
}
