using Notify.Conformance.Providers;

namespace Notify.Providers.TwilioSdk.Tests;

public sealed class TwilioSdkConformanceTests : HttpProviderConformance
{
    private Application? _application;

    protected override VendorAnswer Acceptance =>
        new(201, """{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued","num_segments":"1"}""");

    // After a 201 the message exists. Sending again would duplicate it, even if the rest of the answer is lost.
    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
        new Dictionary<VendorFault, ExpectedOutcome>(ConnectionFaults(isProviderFailure: true))
        {
            [VendorFault.TooManyRequests] = new(OutcomeKind.Retry, isThrottled: true),
            [VendorFault.InternalError] = new(OutcomeKind.Retry),
            [VendorFault.Unavailable] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.BadRequest] = new(OutcomeKind.Rejected),
            [VendorFault.Unauthorized] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.NotFound] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.Gone] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.MalformedBody] = new(OutcomeKind.Sent),
            [VendorFault.TruncatedBody] = new(OutcomeKind.Sent),
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
