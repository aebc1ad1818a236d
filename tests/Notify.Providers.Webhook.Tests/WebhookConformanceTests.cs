using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Conformance.Providers;

namespace Notify.Providers.Webhook.Tests;

public sealed class WebhookConformanceTests : HttpProviderConformance
{
    private IHost? _host;

    protected override VendorAnswer Acceptance => new(200, """{"received":true}""");

    protected override VendorAnswer Rejection => new(410, "{}");

    // An endpoint is a recipient of its own: its failure says nothing about the provider, nor does its 429 slow the others down.
    // It has answered with its status; the specification gives the body no meaning.
    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
        new Dictionary<VendorFault, ExpectedOutcome>(ConnectionFaults(isProviderFailure: false))
        {
            [VendorFault.TooManyRequests] = new(OutcomeKind.Retry),
            [VendorFault.InternalError] = new(OutcomeKind.Retry),
            [VendorFault.Unavailable] = new(OutcomeKind.Retry),
            [VendorFault.BadRequest] = new(OutcomeKind.Retry),
            [VendorFault.Unauthorized] = new(OutcomeKind.Retry),
            [VendorFault.NotFound] = new(OutcomeKind.Retry),
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

    protected override Address CreateAddress(Channel channel) => new(channel, $"{VendorAddress}hook?token=url-token");

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        _host = WebhookApplication.Compose(options =>
        {
            options.Secret = WebhookApplication.Secret;
            options.AllowPrivateNetworks = true;
        });
        return new(_host.Services.GetRequiredService<IDeliveryProvider>());
    }
}
