using System.Security.Cryptography;
using Notify.Conformance.Providers;

namespace Notify.Providers.Apns.Tests;

public sealed class ApnsConformanceTests : HttpProviderConformance
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private ApnsApplication? _application;

    protected override VendorAnswer Acceptance => new(200);

    // None of these answers has one of Apple's reasons, so they come from a proxy or from an outage.
    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected =>
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
            [VendorFault.TruncatedBody] = new(OutcomeKind.Sent),
            [VendorFault.SlowDrip] = new(OutcomeKind.Sent),
        };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_application is not null)
            await _application.DisposeAsync();
        _key.Dispose();
    }

    protected override Address CreateAddress(Channel channel) => new(channel, new string('5', 64)) { Platform = Platform.Ios };

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        _application = ApnsApplication.Compose(gateway: null, options =>
        {
            (options.KeyId, options.TeamId, options.Key) = ("FAKEKEY123", "FAKETEAM45", _key.ExportPkcs8PrivateKeyPem());
            options.BaseAddress = vendor;
        });
        return new(_application.Provider);
    }
}
