using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Ntfy.Tests;

public sealed class NtfyTests
{
    [Fact]
    public async Task Start_fails_with_the_name_of_the_missing_option()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNotifications().UseInMemory().AddNtfy(_ => { });
        using var host = builder.Build();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );

        Assert.Contains(nameof(NtfyOptions.Server), failure.Message, StringComparison.Ordinal);
    }
}
