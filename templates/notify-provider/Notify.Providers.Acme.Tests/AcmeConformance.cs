using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Providers;

namespace Notify.Providers.Acme.Tests;

/// <summary>The tests for every provider over HTTP. They include failures of the vendor and of the network.</summary>
public sealed class AcmeConformance : HttpProviderConformance
{
    protected override VendorAnswer Acceptance => new(200, "{}");

    // State for each failure of the vendor what becomes of the delivery.
    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
        new Dictionary<VendorFault, ExpectedOutcome>(ConnectionFaults(isProviderFailure: true))
        {
            [VendorFault.TooManyRequests] = new(OutcomeKind.Retry, isThrottled: true),
            [VendorFault.InternalError] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.Unavailable] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.BadRequest] = new(OutcomeKind.Rejected),
            [VendorFault.Unauthorized] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.NotFound] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.Gone] = new(OutcomeKind.Rejected),
            [VendorFault.MalformedBody] = new(OutcomeKind.Sent),
            [VendorFault.TruncatedBody] = new(OutcomeKind.Sent),
            [VendorFault.SlowDrip] = new(OutcomeKind.Sent),
        };

    protected override Address CreateAddress(Channel channel) => new(channel, "ada");

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        var services = new ServiceCollection();
        services
            .AddNotifications()
            .UseInMemory()
            .AddAcme(options => (options.Server, options.Token) = (vendor, "a-secret-token"));
        return new(services.BuildServiceProvider().GetRequiredService<IDeliveryProvider>());
    }
}
