using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Conformance.Providers;
using Notify.TestSupport;

namespace Notify.Providers.Sandbox.Tests;

public sealed class SandboxConformanceTests : VendorlessProviderConformance
{
    private readonly TemporaryFolder _folder = new();
    private IHost? _host;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _host?.Dispose();
        _folder.Dispose();
    }

    protected override ValueTask<IDeliveryProvider> CreateAsync()
    {
        _host = SandboxApplication.Compose(builder =>
            builder.AddSandbox([Channel.Push], options => options.File = _folder.File("sandbox.jsonl"))
        );
        return new(_host.Services.GetRequiredService<IDeliveryProvider>());
    }
}
