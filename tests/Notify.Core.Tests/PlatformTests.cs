using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>Which provider a push token goes to where the application did not say.</summary>
public sealed class PlatformTests
{
    [Fact]
    public async Task A_token_goes_to_the_provider_that_is_made_for_its_platform()
    {
        var (every, apple, web) = (Push("fcm"), Push("apns"), Push("webpush"));
        await using var application = await StartAsync(
            [For("apns", Platform.Ios), For("webpush", Platform.Web)],
            every,
            apple,
            web
        );

        await SendToAllPlatformsAsync(application);

        Assert.Equal("android", Assert.Single(every.Sent).To.Value);
        Assert.Equal("ios", Assert.Single(apple.Sent).To.Value);
        Assert.Equal("web", Assert.Single(web.Sent).To.Value);
    }

    [Fact]
    public async Task Where_nothing_is_made_for_a_platform_a_provider_for_every_platform_takes_it()
    {
        var every = Push("fcm");
        await using var application = await StartAsync([], every);

        await SendToAllPlatformsAsync(application);

        Assert.Equal(["android", "ios", "web"], every.Sent.Select(delivery => delivery.To.Value).Order());
    }

    [Fact]
    public async Task A_token_that_no_provider_understands_is_not_sent_to_another()
    {
        var apple = Push("apns");
        await using var application = await StartAsync([For("apns", Platform.Ios)], apple);

        await SendToAllPlatformsAsync(application);

        Assert.Equal("ios", Assert.Single(apple.Sent).To.Value);
    }

    [Fact]
    public async Task A_second_provider_for_the_platform_takes_over_and_one_for_every_platform_does_not()
    {
        var first = new ScriptedProvider("apns-a", Channel.Push, _ => Outcome.ProviderFailed("down"));
        var (second, every) = (Push("apns-b"), Push("fcm"));
        await using var application = await StartAsync(
            [For("apns-a", Platform.Ios), For("apns-b", Platform.Ios)],
            every,
            first,
            second
        );

        await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.PushToken("ios", Platform.Ios)));

        Assert.Single(first.Sent);
        Assert.Single(second.Sent);
        Assert.Empty(every.Sent);
    }

    [Fact]
    public async Task What_the_application_says_goes_before_what_providers_say()
    {
        var (every, apple) = (Push("fcm"), Push("apns"));
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder
                    .Services.AddSingleton(For("apns", Platform.Ios))
                    .Configure<ChannelOptions>("push", options => options.PlatformProviders[Platform.Ios.Name] = ["fcm"]),
            every,
            apple
        );

        await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.PushToken("ios", Platform.Ios)));

        Assert.Single(every.Sent);
        Assert.Empty(apple.Sent);
    }

    private static ScriptedProvider Push(string name) => new(name, Channel.Push, _ => Outcome.Sent());

    private static ProviderPlatforms For(string provider, Platform platform) => new(provider, platform);

    private static Task<TestApplication> StartAsync(ProviderPlatforms[] platforms, params IDeliveryProvider[] providers) =>
        TestApplication.StartAsync(
            builder =>
            {
                foreach (var declared in platforms)
                    builder.Services.AddSingleton(declared);
            },
            providers
        );

    private static async Task SendToAllPlatformsAsync(TestApplication application) =>
        await application.EndedDeliveriesAsync(
            await application.SendAsync([
                Recipient.PushToken("android", Platform.Android),
                Recipient.PushToken("ios", Platform.Ios),
                Recipient.PushToken("web", Platform.Web),
            ])
        );
}
