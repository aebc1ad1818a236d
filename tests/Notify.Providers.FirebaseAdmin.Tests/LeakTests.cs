using System.Collections.Concurrent;
using FirebaseAdmin;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Notify.FakeGateways.Fcm;
using Notify.TestSupport;
using IGoogleClientFactory = Google.Apis.Http.IHttpClientFactory;

namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>Tests that many sends through the SDK leak nothing.</summary>
public sealed class LeakTests
{
    private const int Sends = 10_000;
    private const int Concurrent = 64;

    [Fact]
    public async Task Ten_thousand_sends_with_faults_leave_no_socket_or_request_behind()
    {
        await using var gateway = await FcmGateway.StartAsync();
        (gateway.KeepsMessages, gateway.ChooseFault) = (false, CreateFault);
        var outcomes = new ConcurrentDictionary<string, int>();
        using (var credentials = new OwnedClientFactory(CreateClientFactory(gateway)))
        await using (var application = new Application(CreateAppOptions(gateway, credentials)))
        {
            await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = Concurrent }, async (number, _) =>
                outcomes.AddOrUpdate(await SendAsync(application, number), 1, (_, count) => count + 1)
            );

            // The SDK and the credentials have separate connections. The server may notice a moment later that one was closed.
            // Idle connections close after a minute.
            await Eventually
                .TrueAsync(() => gateway.Server.Connections <= 2 * Concurrent, "the connections of given up requests to close")
                .WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(Sends, outcomes.Values.Sum());
        Assert.Superset(
            new HashSet<string> { "Sent", "cancelled", "HTTP 503", "HTTP 429", "UNREGISTERED" },
            outcomes.Keys.Select(reason => reason.Replace(" (HTTP 404)", "", StringComparison.Ordinal)).ToHashSet()
        );
        Assert.InRange(outcomes["Sent"], Sends / 2, Sends - 1);
        await Eventually.TrueAsync(() => gateway.RequestsInFlight == 0, "the last request to end");
        await Eventually.TrueAsync(() => gateway.Server.Connections == 0, "the last connection to close");
    }

    // The SDK requests broader scopes by default, which do not include the one that the fake requires.
    private static AppOptions CreateAppOptions(FcmGateway gateway, IGoogleClientFactory credentials) =>
        new()
        {
            Credential = CredentialFactory
                .FromJson<ServiceAccountCredential>(gateway.Account.Json)
                .ToGoogleCredential()
                .CreateWithHttpClientFactory(credentials)
                .CreateScoped(FcmServiceAccount.MessagingScope),
            ProjectId = gateway.Account.ProjectId,
            HttpClientFactory = CreateClientFactory(gateway),
        };

    private static VendorClientFactory CreateClientFactory(FcmGateway gateway) =>
        new(gateway.Address, sdkRetries: false, gateway.Server.Authority!.Trust);

    private static FcmFault? CreateFault(long call) =>
        (call % 50) switch
        {
            3 when call % 100 == 3 => FcmFault.Reset,
            7 => FcmFault.Answer(503, null),
            11 => FcmFault.Answer(429, null),
            17 => FcmFault.Answer(404, "UNREGISTERED"),
            23 => FcmFault.Late(TimeSpan.FromMilliseconds(20)),
            29 => FcmFault.Raw(200, ""),
            31 when call % 500 == 31 => FcmFault.Answer(401, null),
            37 when call % 500 == 37 => FcmFault.GoAway,
            _ => null,
        };

    /// <summary>Makes one attempt. Every 20th is cancelled while it is running.</summary>
    private static async Task<string> SendAsync(Application application, int number)
    {
        using var attempt = new CancellationTokenSource();
        var delivery = Deliveries.Push(application.Time.GetUtcNow());
        delivery = delivery with { To = delivery.To with { Value = FcmGateway.NewToken() } };
        var sending = application.Provider.SendAsync(delivery, attempt.Token).AsTask();
        if (number % 20 == 0)
        {
            for (var i = 0; i < number % 7; i++)
                await Task.Yield();
            await attempt.CancelAsync();
        }

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

    /// <summary>Disposes the clients that it creates, which Google's credentials never do.</summary>
    private sealed class OwnedClientFactory(VendorClientFactory factory) : IGoogleClientFactory, IDisposable
    {
        private readonly ConcurrentBag<ConfigurableHttpClient> _clients = [];

        public ConfigurableHttpClient CreateHttpClient(CreateHttpClientArgs args)
        {
            var client = factory.CreateHttpClient(args);
            _clients.Add(client);
            return client;
        }

        public void Dispose()
        {
            foreach (var client in _clients)
                client.Dispose();
        }
    }
}
