using Notify.Conformance.Providers;

namespace Notify.Providers.DotApns.Tests;

public sealed class DotApnsConformanceTests : HttpProviderConformance
{
    private Application? _application;

    protected override VendorAnswer Acceptance => new(200);

    // Apple's 200 has no body, so dotAPNS does not read it. If there is one, it must arrive completely.
    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
        new Dictionary<VendorFault, ExpectedOutcome>(ConnectionFaults(isProviderFailure: true))
        {
            [VendorFault.TooManyRequests] = new(OutcomeKind.Retry, isThrottled: true),
            [VendorFault.InternalError] = new(OutcomeKind.Retry),
            [VendorFault.Unavailable] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.BadRequest] = new(OutcomeKind.Rejected),
            [VendorFault.Unauthorized] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.NotFound] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.Gone] = new(OutcomeKind.RecipientGone),
            [VendorFault.MalformedBody] = new(OutcomeKind.Sent),
            [VendorFault.TruncatedBody] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.SlowDrip] = new(OutcomeKind.Sent),
        };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_application is not null)
            await _application.DisposeAsync();
    }

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        _application = new Application(vendor);
        return new(_application.Provider);
    }
}
