using System.Text.Json;
using Notify.Conformance.Providers;

namespace Notify.Providers.FirebaseAdmin.Tests;

public sealed class FirebaseAdminConformanceTests : HttpProviderConformance
{
    private Application? _application;

    protected override VendorAnswer Acceptance => new(200, """{"name":"projects/shop/messages/0:1500415314455276"}""");

    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
        new Dictionary<VendorFault, ExpectedOutcome>(ConnectionFaults(isProviderFailure: true))
        {
            [VendorFault.TooManyRequests] = new(OutcomeKind.Retry, isThrottled: true),
            [VendorFault.InternalError] = new(OutcomeKind.Retry),
            [VendorFault.Unavailable] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.BadRequest] = new(OutcomeKind.Rejected),
            [VendorFault.Unauthorized] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.NotFound] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.Gone] = new(OutcomeKind.Rejected),
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

    protected override VendorAnswer Quote(int status, string text) =>
        new(
            status,
            JsonSerializer.Serialize(
                new
                {
                    error = new
                    {
                        code = status,
                        message = text,
                        status = "INVALID_ARGUMENT",
                        details = new[] { new { detail = text } },
                    },
                }
            )
        );
}
