using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Fcm;
using Notify.TestSupport;

namespace Notify.Providers.Fcm.Tests;

public sealed class AccessTests
{
    private const string EnvironmentVariable = "GOOGLE_APPLICATION_CREDENTIALS";

    [Fact]
    public async Task All_sends_share_one_access_token()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => application.SendAsync().AsTask())));

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Sent, outcome.Kind));
        Assert.Single(gateway.AccessTokens);
    }

    [Fact]
    public async Task The_access_token_is_renewed_before_it_expires()
    {
        var time = new ManualTime();
        await using var gateway = await FcmGateway.StartAsync(time: time);
        await using var application = await FcmApplication.StartAsync(gateway, configureServices: services =>
            services.AddSingleton<TimeProvider>(time)
        );

        for (var minute = 0; minute < 180; minute++)
        {
            var outcome = await application.SendAsync();
            Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
            time.Advance(TimeSpan.FromMinutes(1));
        }

        // Each token is used for about 55 of its 60 minutes.
        Assert.InRange(gateway.AccessTokens.Count, 3, 5);

        // A token that is renewed only after a refusal costs an extra call. One is tolerated: on a busy machine the clock of this
        // test may overtake a renewal that the library makes in the background.
        Assert.InRange(gateway.Calls, 180, 181);
    }

    [Fact]
    public async Task Concurrent_sends_with_a_refused_token_share_one_renewal()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        await application.SendAsync();
        gateway.RevokeAccessTokens();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => application.SendAsync().AsTask())));

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Sent, outcome.Kind));
        Assert.Equal(2, gateway.AccessTokens.Count);
    }

    [Fact]
    public async Task A_send_is_repeated_only_once_after_its_token_was_refused()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.MisbehaveNext(FcmFault.Answer(401, null), calls: 10);

        var outcome = await application.SendAsync();

        Assert.Equal((OutcomeKind.Retry, true, "HTTP 401"), (outcome.Kind, outcome.IsProviderFailure, outcome.Reason));
        Assert.Equal((2, 2), (gateway.Calls, gateway.AccessTokens.Count));
    }

    [Fact]
    public async Task No_new_token_is_requested_when_Apple_refuses_Firebase()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.MisbehaveNext(FcmFault.Answer(401, "THIRD_PARTY_AUTH_ERROR"), calls: 10);

        await application.SendAsync();

        Assert.Equal((1, 1), (gateway.Calls, gateway.AccessTokens.Count));
    }

    [Fact]
    public async Task The_provider_fails_while_no_access_token_can_be_obtained()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.TokenError = "invalid_grant";

        var outcome = await application.SendAsync();
        gateway.TokenError = null;

        Assert.Equal(
            (OutcomeKind.Retry, true, "no access token (invalid_grant, HTTP 400)"),
            (outcome.Kind, outcome.IsProviderFailure, outcome.Reason)
        );
        Assert.Equal(OutcomeKind.Sent, (await application.SendAsync()).Kind);
    }

    [Fact]
    public async Task Nonstandard_text_of_the_token_endpoint_is_not_repeated()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.TokenError = "hidden text";

        Assert.Equal("no access token (HTTP 400)", (await application.SendAsync()).Reason);
    }

    [Fact]
    public async Task An_unreachable_token_endpoint_is_a_provider_failure()
    {
        await using var gateway = await FcmGateway.StartAsync();
        using var account = new FcmServiceAccount("notify-fake", new Uri($"https://127.0.0.1:{FreePort.Next()}/token"));
        await using var application = await FcmApplication.StartAsync(gateway, options => options.CredentialsJson = account.Json);

        var outcome = await application.SendAsync();

        Assert.Equal(
            (true, "no access token: connection failed (ConnectionRefused)"),
            (outcome.IsProviderFailure, outcome.Reason)
        );
    }

    [Fact]
    public async Task Application_default_credentials_are_used_if_the_options_have_none()
    {
        await using var gateway = await FcmGateway.StartAsync();
        using var folder = new TemporaryFolder();
        gateway.Account.WriteCredentials(folder.File("firebase.json"));
        Environment.SetEnvironmentVariable(EnvironmentVariable, folder.File("firebase.json"));
        await using var application = await FcmApplication.StartAsync(gateway, options =>
        {
            options.CredentialsJson = null;
            options.ProjectId = gateway.Account.ProjectId;
        });

        var outcome = await application.SendAsync();

        Environment.SetEnvironmentVariable(EnvironmentVariable, null);
        Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
        Assert.Single(gateway.AccessTokens);
    }

    [Fact]
    public async Task Credentials_can_be_read_from_a_file()
    {
        await using var gateway = await FcmGateway.StartAsync();
        using var folder = new TemporaryFolder();
        gateway.Account.WriteCredentials(folder.File("firebase.json"));
        await using var application = await FcmApplication.StartAsync(gateway, options =>
            (options.CredentialsJson, options.CredentialsFile) = (null, folder.File("firebase.json"))
        );

        Assert.Equal(OutcomeKind.Sent, (await application.SendAsync()).Kind);
    }
}
