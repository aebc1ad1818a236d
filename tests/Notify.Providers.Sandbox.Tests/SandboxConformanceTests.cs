using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Conformance;
using Notify.Delivering;
using Notify.Testing;

namespace Notify.Providers.Sandbox.Tests;

public sealed class SandboxConformanceTests : ProviderConformance
{
    private readonly TemporaryFolder _folder = new();
    private IHost? _host;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _host?.Dispose();
        _folder.Dispose();
    }

    // The sandbox captures everything at once, so it never refuses a delivery and there is nothing to cancel.
    protected override ValueTask<IDeliveryProvider?> CreateAsync(VendorBehavior behavior)
    {
        if (behavior != VendorBehavior.Accepts)
            return default;

        _host = SandboxApplication.Compose(builder =>
            builder.AddSandbox([Channel.Push], options => options.File = _folder.File("sandbox.jsonl"))
        );
        return new(_host.Services.GetRequiredService<IDeliveryProvider>());
    }
}
