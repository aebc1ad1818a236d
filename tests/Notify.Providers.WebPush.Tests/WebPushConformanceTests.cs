using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Conformance.Providers;

namespace Notify.Providers.WebPush.Tests;

public sealed class WebPushConformanceTests : HttpProviderConformance
{
    private IHost? _host;

    protected override VendorAnswer Acceptance =>
        new(201) { Headers = new Dictionary<string, string> { ["Location"] = "/message/1" } };

    // A subscription names its push service, so a failure there is not a failure of the provider (see WebPushOutcomes).
    // The status alone means that a message was accepted; RFC 8030 gives the body no meaning.
    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
        new Dictionary<VendorFault, ExpectedOutcome>(ConnectionFaults(isProviderFailure: false))
        {
            [VendorFault.TooManyRequests] = new(OutcomeKind.Retry),
            [VendorFault.InternalError] = new(OutcomeKind.Retry),
            [VendorFault.Unavailable] = new(OutcomeKind.Retry),
            [VendorFault.BadRequest] = new(OutcomeKind.Rejected),
            [VendorFault.Unauthorized] = new(OutcomeKind.Rejected),
            [VendorFault.NotFound] = new(OutcomeKind.RecipientGone),
            [VendorFault.Gone] = new(OutcomeKind.RecipientGone),
            [VendorFault.MalformedBody] = new(OutcomeKind.Sent),
            [VendorFault.TruncatedBody] = new(OutcomeKind.Sent),
            [VendorFault.SlowDrip] = new(OutcomeKind.Sent),
        };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _host?.Dispose();
    }

    protected override Address CreateAddress(Channel channel) =>
        new(channel, Keys.Subscription($"{VendorAddress}push/5e5e5e5e")) { Platform = Platform.Web };

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        _host = WebPushApplication.Compose();
        return new(_host.Services.GetRequiredService<IDeliveryProvider>());
    }
}
