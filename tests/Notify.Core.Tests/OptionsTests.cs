using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class OptionsTests
{
    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_start_in_one_exception()
    {
        using var host = TestApplication.Compose(
            builder =>
                builder
                    .Services.Configure<NotificationsOptions>(options => options.MaxRecipients = 0)
                    .Configure<ProviderOptions>("mail", options => options.MaxPerSecond = -1)
                    .Configure<RetryOptions>("email", options => options.MaxAttempts = 0)
                    .Configure<ChannelOptions>("email", options => options.Providers.Add("nobody")),
            Mail(),
            Mail()
        );

        var message = (await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync())).ToString();

        Assert.All(["MaxRecipients", "MaxPerSecond", "MaxAttempts", "'nobody'", "2 providers are named 'mail'"], wrong =>
            Assert.Contains(wrong, message, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_time_to_live_that_is_wrong_is_said_at_start()
    {
        using var host = TestApplication.Compose(
            builder => builder.Services.Configure<ChannelOptions>("email", options => options.TimeToLive = TimeSpan.Zero),
            Mail()
        );

        var message = (await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync())).Message;

        Assert.Contains("ChannelOptions 'email'", message, StringComparison.Ordinal);
        Assert.Contains("TimeToLive", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_application_configures_goes_before_a_channels_defaults_in_any_order()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<RetryOptions>("email", options => options.Delay = TimeSpan.FromSeconds(7));
        builder.Services.AddNotifications();
        builder.Services.Configure<RetryOptions>("email", options => options.MaxDelay = TimeSpan.FromSeconds(8));
        using var host = builder.Build();

        var email = host.Services.GetRequiredService<IOptionsMonitor<RetryOptions>>().Get("email");

        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8)), (email.Delay, email.MaxDelay));
    }

    [Fact]
    public async Task A_store_and_a_provider_are_required()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNotifications();
        using var host = builder.Build();

        var message = (await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync())).Message;

        Assert.Contains("need a store", message, StringComparison.Ordinal);
        Assert.Contains("need a provider", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_must_last_twice_as_long_as_an_attempt()
    {
        using var host = TestApplication.Compose(
            builder =>
                builder.Services.Configure<NotificationsOptions>(options => options.AttemptTimeout = TimeSpan.FromSeconds(61)),
            Mail()
        );

        Assert.Contains(
            "at least twice AttemptTimeout",
            (await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync())).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Two_stores_are_one_too_many()
    {
        using var host = TestApplication.Compose(
            builder =>
                builder
                    .UseInMemory()
                    .Services.AddSingleton<IDeliveryQueue>(_ => throw new InvalidOperationException("It is never opened.")),
            Mail()
        );

        Assert.Contains(
            "use exactly one store, but 2 are registered",
            (await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync())).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_store_can_be_named_twice()
    {
        await using var application = await TestApplication.StartAsync(builder => builder.UseInMemory().UseInMemory(), Mail());

        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));
    }

    [Fact]
    public async Task Notifications_can_be_added_twice()
    {
        var mail = Mail();
        await using var application = await TestApplication.StartAsync(
            builder => builder.Services.AddNotifications(options => options.MaxRecipients = 1),
            mail
        );

        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));

        Assert.Single(mail.Sent);
        await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync([Recipient.Email("ada@example.org"), Recipient.Email("eve@example.org")])
        );
    }

    private static ScriptedProvider Mail() => new("mail", Channel.Email, _ => Outcome.Sent());
}
