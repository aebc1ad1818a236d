using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.WebPush;

namespace Notify.Providers.WebPush.Tests;

/// <summary>Tests the tokens beyond what the fake push service verifies for every message.</summary>
public sealed class VapidTests
{
    [Fact]
    public async Task A_token_has_audience_subject_and_expiry()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);

        await application.SendAsync(gateway.Subscribe(Keys.Public).Json);

        var claims = ReadClaims(Assert.Single(gateway.Messages));
        Assert.Equal(gateway.Address.GetLeftPart(UriPartial.Authority), claims.GetProperty("aud").GetString());
        Assert.Equal("mailto:ops@example.org", claims.GetProperty("sub").GetString());
        Assert.Equal(TestClock.Start.AddHours(12).ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task A_token_is_reused_per_push_service_until_an_hour_before_it_expires()
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
    public async Task A_token_is_replaced_after_the_clock_was_set_back()
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
    public async Task A_padded_public_key_is_sent_without_padding()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway, options =>
            options.PublicKey = Keys.Public + "="
        );

        await application.SendAsync(gateway.Subscribe(Keys.Public).Json);

        Assert.EndsWith($"k={Keys.Public}", Assert.Single(gateway.Messages).Authorization, StringComparison.Ordinal);
    }

    /// <summary>Users can register any endpoint, so tokens for nonexistent hosts must not accumulate.</summary>
    [Fact]
    public async Task Tokens_are_kept_for_at_most_a_thousand_push_services()
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
                    To = new Address(Channel.Push, nowhere) { Platform = Platform.Web },
                },
                TestContext.Current.CancellationToken
            );
        }

        await application.Provider.SendAsync(sent, TestContext.Current.CancellationToken);
        Assert.Equal(2, gateway.Messages.Select(message => message.Authorization).Distinct().Count());
    }

    private static JsonElement ReadClaims(PushedMessage message) =>
        JsonElement.Parse(Base64Url.DecodeFromChars(message.Authorization.Split('.')[1]));
}
