using System.Security.Cryptography.X509Certificates;
using Notify.FakeGateways.Apns;
using Notify.TestSupport;

namespace Notify.Providers.Apns.Tests;

public sealed class ConnectionTests
{
    private const int Sends = 400;

    [Fact]
    public async Task Connections_that_are_closed_gracefully_lose_nothing()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = await ApnsApplication.StartAsync(gateway);
        gateway.GoAwayEvery = 50;

        var ended = await AssertAllSentAsync(application, gateway);

        // A GOAWAY may cross with requests, whose answers are then lost. Each of them adds an attempt to the history.
        Assert.InRange(gateway.Accepted, Sends, ended.Sum(delivery => delivery.Attempts.Count));
        Assert.True(gateway.ConnectionsAccepted > 1, "No connection was closed.");
    }

    [Fact]
    public async Task Lowering_the_stream_limit_loses_nothing()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = await ApnsApplication.StartAsync(gateway);
        gateway.Delay = TimeSpan.FromMilliseconds(10);
        gateway.GoAwayEvery = Sends / 4;
        gateway.MaxConcurrentStreams = 3;

        await AssertAllSentAsync(application, gateway);
    }

    [Fact]
    public async Task Connections_that_break_lose_nothing()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = await ApnsApplication.StartAsync(gateway);
        gateway.ResetNext(3);

        await AssertAllSentAsync(application, gateway);
    }

    [Fact]
    public async Task A_certificate_authenticates_the_provider()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        using var folder = new TemporaryFolder();
        await using var application = await StartWithCertificateAsync(gateway, folder, ApnsGateway.BundleId);

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal(OutcomeKind.Sent, outcome.Kind);
        Assert.Empty(gateway.ProviderTokens);
    }

    [Fact]
    public async Task A_certificate_of_another_app_is_rejected()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        using var folder = new TemporaryFolder();
        await using var application = await StartWithCertificateAsync(gateway, folder, "com.example.other");

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal((OutcomeKind.Rejected, "TopicDisallowed"), (outcome.Kind, outcome.Reason));
    }

    private static async Task<ApnsApplication> StartWithCertificateAsync(
        ApnsGateway gateway,
        TemporaryFolder folder,
        string bundleId
    )
    {
        using var certificate = gateway.IssueCertificate(bundleId);
        var file = folder.File("apns.p12");
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pkcs12, "certificate-password"));
        return await ApnsApplication.StartAsync(gateway, options =>
        {
            (options.KeyId, options.TeamId, options.Key) = (null, null, null);
            (options.CertificateFile, options.CertificatePassword) = (file, "certificate-password");
        });
    }

    private static async Task<DeliveryRecord[]> AssertAllSentAsync(ApnsApplication application, ApnsGateway gateway)
    {
        var ended = await SendAllAsync(application);

        Assert.All(ended, delivery => Assert.Equal(DeliveryState.Sent, delivery.State));
        Assert.Equal(Sends, gateway.Messages.Select(message => message.Id).Distinct().Count());
        return ended;
    }

    private static async Task<DeliveryRecord[]> SendAllAsync(ApnsApplication application)
    {
        var devices = Enumerable.Range(1, Sends).Select(ApnsApplication.Device);
        var notifications = await Task.WhenAll(devices.Select(application.TriggerAsync));
        return await Task.WhenAll(notifications.Select(application.WaitForEndAsync));
    }
}
