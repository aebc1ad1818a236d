using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using dotAPNS;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Apns;
using Notify.TestSupport;

namespace Notify.Providers.DotApns.Tests;

/// <summary>Tests that many sends through dotAPNS leak nothing.</summary>
public sealed class LeakTests
{
    private const int Sends = 10_000;
    private const int Concurrent = 64;

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_or_request_behind()
    {
        await using var gateway = await StartGatewayAsync();
        var outcomes = new ConcurrentDictionary<string, int>();
        await using (
            var application = new Application(
                gateway.Address,
                options => UseKey(options, gateway),
                services => Trust(services, gateway)
            )
        )
        {
            gateway.GoAwayEvery = 500;
            await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = Concurrent }, async (number, _) =>
            {
                Fault(gateway, number);
                outcomes.AddOrUpdate(await SendAsync(application.Provider, number), 1, (_, count) => count + 1);
            });

            // A broken connection is replaced by a few new ones, not by one for each send that it carried.
            Assert.InRange(gateway.ConnectionsAccepted, 1, Sends / 10);
        }

        Assert.Equal(Sends, outcomes.Values.Sum());
        Assert.Superset(
            new HashSet<string> { "Sent", "cancelled", "ServiceUnavailable", "Unregistered", "BadDeviceToken" },
            outcomes.Keys.Select(reason => reason.Split(':')[0]).ToHashSet()
        );
        Assert.InRange(outcomes["Sent"], Sends / 2, Sends - 1);
        await Eventually.TrueAsync(() => gateway.InFlight == 0, "the last request to end");
        await Eventually.TrueAsync(() => gateway.Connections == 0, "the last connection to close");
    }

    // dotAPNS does not accept a key whose private value begins with a zero byte, which is one key in 256.
    private static async Task<ApnsGateway> StartGatewayAsync()
    {
        while (true)
        {
            var gateway = await ApnsGateway.StartAsync(new ApnsGatewaySettings { KeepsMessages = false });
            using var key = ECDsa.Create();
            key.ImportFromPem(gateway.KeyPem);
            if (key.ExportParameters(includePrivateParameters: true).D![0] != 0)
                return gateway;
            await gateway.DisposeAsync();
        }
    }

    private static void UseKey(DotApnsOptions options, ApnsGateway gateway) =>
        options.CreateClient = http =>
            ApnsClient.CreateUsingJwt(
                http,
                new ApnsJwtOptions
                {
                    CertContent = gateway.KeyPem,
                    KeyId = ApnsGateway.KeyId,
                    TeamId = ApnsGateway.TeamId,
                    BundleId = ApnsGateway.BundleId,
                }
            );

    private static void Trust(IServiceCollection services, ApnsGateway gateway) =>
        services
            .AddHttpClient("Notify.dotapns")
            .AddHttpMessageHandler(() => new TokenHandler(gateway.KeyPem))
            .ConfigurePrimaryHttpMessageHandler(
                (handler, _) =>
                    ((SocketsHttpHandler)handler).SslOptions.CertificateChainPolicy = gateway
                        .Authority
                        .Trust
                        .CertificateChainPolicy
            );

    private static void Fault(ApnsGateway gateway, int number)
    {
        if (number % 1000 == 999)
            gateway.ResetNext(1);
        if (number % 11 == 0)
            gateway.RefuseNext(1, new ApnsRefusal(503, "ServiceUnavailable"));
        if (number % 13 == 0)
            gateway.RefuseNext(1, new ApnsRefusal(410, "Unregistered", DateTimeOffset.UnixEpoch));
        if (number % 17 == 0)
            gateway.RefuseNext(1, new ApnsRefusal(400, "BadDeviceToken"));
    }

    /// <summary>Makes one attempt. Every seventh is cancelled while it is running.</summary>
    private static async Task<string> SendAsync(IDeliveryProvider provider, int number)
    {
        using var attempt = new CancellationTokenSource();
        var sending = provider.SendAsync(Deliveries.Push(), attempt.Token).AsTask();
        if (number % 7 == 0)
            await attempt.CancelAsync();
        try
        {
            var outcome = await sending;
            return outcome.Kind == OutcomeKind.Sent ? "Sent" : outcome.Reason!;
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested)
        {
            return "cancelled";
        }
    }

    /// <summary>
    /// Replaces the token by one in base64url, as RFC 7515 requires. dotAPNS writes its token in standard base64, which the fake
    /// does not accept.
    /// </summary>
    private sealed class TokenHandler(string keyPem) : DelegatingHandler
    {
        private readonly AuthenticationHeaderValue _token = new("bearer", Sign(keyPem));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = _token;
            return base.SendAsync(request, cancellationToken);
        }

        private static string Sign(string keyPem)
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(keyPem);
            var header = JsonSerializer.SerializeToUtf8Bytes(new { alg = "ES256", kid = ApnsGateway.KeyId });
            var claims = JsonSerializer.SerializeToUtf8Bytes(
                new { iss = ApnsGateway.TeamId, iat = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() }
            );
            var text = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
            var signature = key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
            return $"{text}.{Base64Url.EncodeToString(signature)}";
        }
    }
}
