using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Conformance.Providers;

namespace Notify.Providers.Twilio.Tests;

public sealed class TwilioConformanceTests : HttpProviderConformance
{
    private IHost? _host;

    protected override VendorAnswer Acceptance =>
        new(201, """{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued","num_segments":"1"}""");

    // A created message will be sent even if its answer is lost. Sending again would duplicate it.
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
        _host?.Dispose();
    }

    protected override VendorAnswer Quote(int status, string text) =>
        new(status, $$"""{"code":21211,"message":"{{text}}","more_info":"{{text}}","status":{{status}}}""");

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder
            .Services.AddNotifications()
            .UseInMemory()
            .AddTwilio(options =>
            {
                options.AccountSid = "AC" + new string('a', 32);
                options.AuthToken = "token";
                options.From = "+15005550006";
                options.BaseAddress = vendor;
            });
        _host = builder.Build();
        return new(_host.Services.GetRequiredService<IDeliveryProvider>());
    }
}
