using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Providers;

namespace Notify.Providers.Ntfy.Tests;

public sealed class NtfyConformance : HttpProviderConformance
{
    protected override VendorAnswer Acceptance => new(200, """{"id":"hwQ2YpKdmg","event":"message"}""");

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

    protected override Address CreateAddress(Channel channel) => new(channel, "alerts");

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        var services = new ServiceCollection();
        services
            .AddNotifications()
            .UseInMemory()
            .AddNtfy(options => (options.Server, options.AccessToken) = (vendor, "tk_secret"));
        return new(services.BuildServiceProvider().GetRequiredService<IDeliveryProvider>());
    }
}
