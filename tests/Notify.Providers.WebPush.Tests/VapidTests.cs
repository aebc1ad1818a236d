using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.WebPush;
using Notify.Queueing;

namespace Notify.Providers.WebPush.Tests;

/// <summary>The push service verifies every token; these facts are about what it cannot see.</summary>
public sealed class VapidTests
{
    [Fact]
    public async Task A_token_says_who_sends_to_whom_and_until_when()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);

        await application.SendAsync(gateway.Subscribe(Keys.Public).Json);

        var claims = ClaimsOf(Assert.Single(gateway.Messages));
        Assert.Equal(gateway.Address.GetLeftPart(UriPartial.Authority), claims.GetProperty("aud").GetString());
        Assert.Equal("mailto:ops@example.org", claims.GetProperty("sub").GetString());
        Assert.Equal(TestClock.Start.AddHours(12).ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task A_token_serves_one_push_service_until_an_hour_before_it_expires()
    {
        var clock = new TestClock();
        await using var gateway = await PushServiceGateway.StartAsync(clock);
        await using var application = await WebPushApplication.StartAsync(gateway, configureServices: services =>
            services.AddSingleton<TimeProvider>(clock)
        );
        var (here, elsewhere) = (gateway.Subscribe().Json, gateway.Subscribe(host: "localhost").Json);

        await application.SendAsync(here);
        await application.SendAsync(elsewhere);
        clock.Advance(TimeSpan.FromHours(11) - TimeSpan.FromSeconds(1));
        await application.SendAsync(here);
        clock.Advance(TimeSpan.FromSeconds(1));
        await application.SendAsync(here);

        var tokens = gateway.Messages.Select(message => message.Authorization).ToList();
        Assert.Equal(4, tokens.Count);
        Assert.Equal(tokens[0], tokens[2]);
        Assert.Equal(3, tokens.Distinct().Count());
    }

    [Fact]
    public async Task A_token_is_made_anew_when_the_clock_is_set_back()
    {
        var clock = new TestClock();
        await using var gateway = await PushServiceGateway.StartAsync(clock);
        await using var application = await WebPushApplication.StartAsync(gateway, configureServices: services =>
            services.AddSingleton<TimeProvider>(clock)
        );

        await application.SendAsync(gateway.Subscribe().Json);
        clock.Advance(-TimeSpan.FromHours(13));
        await application.SendAsync(gateway.Subscribe().Json);

        Assert.Equal(2, gateway.Accepted);
    }

    [Fact]
    public async Task A_public_key_may_be_padded_and_is_sent_without()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway, options =>
            options.PublicKey = Keys.Public + "="
        );

        await application.SendAsync(gateway.Subscribe(Keys.Public).Json);

        Assert.EndsWith($"k={Keys.Public}", Assert.Single(gateway.Messages).Authorization, StringComparison.Ordinal);
    }

    /// <summary>A user may name any endpoint: tokens for a thousand hosts that do not exist are not kept for ever.</summary>
    [Fact]
    public async Task Tokens_are_kept_for_a_thousand_push_services_at_most()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        var sent = (await application.SendAsync(gateway.Subscribe().Json)).Delivery;

        foreach (var i in Enumerable.Range(0, 1_000))
        {
            var nowhere = Keys.Subscription($"https://127.1.{i / 250}.{1 + (i % 250)}:9/push");
            await application.Provider.SendAsync(
                sent with
                {
                    To = new Address(Channel.Push, nowhere, Platform.Web),
                },
                TestContext.Current.CancellationToken
            );
        }

        await application.Provider.SendAsync(sent, TestContext.Current.CancellationToken);
        Assert.Equal(2, gateway.Messages.Select(message => message.Authorization).Distinct().Count());
    }

    private static JsonElement ClaimsOf(PushedMessage message) =>
        JsonElement.Parse(Base64Url.DecodeFromChars(message.Authorization.Split('.')[1]));
}
