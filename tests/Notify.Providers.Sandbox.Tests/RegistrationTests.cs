using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Sandbox.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Adding_the_sandbox_twice_captures_each_message_once()
    {
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox().AddSandbox([Channel.Email, Channel.Email], options => options.Capacity = 1)
        );

        await application.SendAsync(Recipient.Email("ada@example.org"), "first");
        await application.SendAsync(Recipient.Email("ada@example.org"), "second");

        Assert.Equal(["second"], application.Sandbox.Messages.Select(message => message.Content.Body));
        Assert.Equal(2, application.Sandbox.Messages[0].Sequence);
    }

    [Fact]
    public async Task Only_the_given_channels_are_captured()
    {
        var pager = Channel.Named("pager");
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox([pager]));

        await application.SendAsync(Recipient.Address(pager, "4711"), "Hello");
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.TriggerAsync(Recipient.Email("ada@example.org"), "Hello")
        );

        Assert.Equal("4711", Assert.Single(application.Sandbox.Messages).Address);
        Assert.Equal("to[0]", Assert.Single(refused.Errors).Field);
    }

    [Fact]
    public async Task A_second_provider_with_the_same_name_fails_at_start()
    {
        using var host = SandboxApplication.Compose(builder =>
            builder.AddSandbox().Services.AddSingleton<IDeliveryProvider>(new DuplicateProvider())
        );

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal("2 providers are named 'sandbox-email'. Give each a unique name.", Assert.Single(refused.Failures));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_001)]
    public async Task All_errors_in_options_are_reported_at_once(int capacity)
    {
        using var host = SandboxApplication.Compose(builder =>
            builder.AddSandbox(options =>
            {
                options.Capacity = capacity;
                options.File = "";
            })
        );

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal(2, refused.Failures.Count());
        Assert.Contains(nameof(SandboxOptions.Capacity), refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(SandboxOptions.File), refused.Message, StringComparison.Ordinal);
    }

    private sealed class DuplicateProvider : IDeliveryProvider
    {
        public string Name => "sandbox-email";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) => new(Outcome.Sent());
    }
}
