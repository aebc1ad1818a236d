using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Conformance.Providers;
using Notify.FakeGateways.Fcm;

namespace Notify.Providers.Fcm.Tests;

public sealed class FcmConformanceTests : HttpProviderConformance
{
    private IHost? _host;

    protected override VendorAnswer Acceptance =>
        new(200, """{"name":"projects/notify-fake/messages/0:1500415314455276%31bd1c9631bd1c96"}""");

    // A success status means that the message was accepted, so without the body only its id is lost. A 404 or 410 that does not
    // name the registration concerns the project or the address, not the recipient.
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
            [VendorFault.TruncatedBody] = new(OutcomeKind.Sent),
            [VendorFault.SlowDrip] = new(OutcomeKind.Sent),
        };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _host?.Dispose();
    }

    protected override VendorAnswer? AnswerAuxiliary(string path, string body) =>
        path == "/token"
            ? new VendorAnswer(200, """{"access_token":"ya29.token","expires_in":3599,"token_type":"Bearer"}""")
            : null;

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor)
    {
        using var account = new FcmServiceAccount("notify-fake", new Uri(AuxiliaryAddress, "token"));
        var json = account.Json;
        _host = FcmApplication.Compose(options =>
        {
            options.BaseAddress = vendor;
            options.CredentialsJson = json;
        });
        return new(_host.Services.GetRequiredService<IDeliveryProvider>());
    }
}
