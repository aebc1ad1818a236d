using Microsoft.Extensions.DependencyInjection;
using Notify.Delivering;
using Notify.FakeGateways.Fcm;
using Notify.Testing;

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

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Accepted, outcome.Kind));
        Assert.Single(gateway.AccessTokens);
    }

    [Fact]
    public async Task A_token_is_renewed_before_it_expires()
    {
        var time = new ManualTime();
        await using var gateway = await FcmGateway.StartAsync(time: time);
        await using var application = await FcmApplication.StartAsync(gateway, configureServices: services =>
            services.AddSingleton<TimeProvider>(time)
        );

        for (var minute = 0; minute < 180; minute++)
        {
            var outcome = await application.SendAsync();
            Assert.Equal((OutcomeKind.Accepted, null), (outcome.Kind, outcome.Reason));
            time.Advance(TimeSpan.FromMinutes(1));
        }

        // 55 minutes and some of 60 are used of each.
        Assert.InRange(gateway.AccessTokens.Count, 3, 5);

        // Renewed only when refused, two tokens would have cost a call each. On a busy machine this clock may outrun one renewal
        // that the library makes beside the sends.
        Assert.InRange(gateway.Calls, 180, 181);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once_for_all_who_were_refused()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        await application.SendAsync();
        gateway.RevokeAccessTokens();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => application.SendAsync().AsTask())));

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Accepted, outcome.Kind));
        Assert.Equal(2, gateway.AccessTokens.Count);
    }

    [Fact]
    public async Task A_send_that_is_refused_with_another_token_too_is_not_repeated_again()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.MisbehaveNext(FcmFault.Answer(401, null), calls: 10);

        var outcome = await application.SendAsync();

        Assert.Equal((OutcomeKind.Retry, true, "HTTP 401"), (outcome.Kind, outcome.IsProviderFailure, outcome.Reason));
        Assert.Equal((2, 2), (gateway.Calls, gateway.AccessTokens.Count));
    }

    [Fact]
    public async Task Another_token_is_not_asked_for_where_apple_refuses_firebase()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.MisbehaveNext(FcmFault.Answer(401, "THIRD_PARTY_AUTH_ERROR"), calls: 10);

        await application.SendAsync();

        Assert.Equal((1, 1), (gateway.Calls, gateway.AccessTokens.Count));
    }

    [Fact]
    public async Task Without_an_access_token_the_provider_has_failed_until_there_is_one()
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
        Assert.Equal(OutcomeKind.Accepted, (await application.SendAsync()).Kind);
    }

    [Fact]
    public async Task What_the_token_endpoint_says_beyond_its_standard_is_not_repeated()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.TokenError = "hidden text";

        Assert.Equal("no access token (HTTP 400)", (await application.SendAsync()).Reason);
    }

    [Fact]
    public async Task A_token_endpoint_that_is_away_is_the_providers_failure()
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
    public async Task Credentials_of_the_environment_are_used_when_the_options_name_none()
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
        Assert.Equal((OutcomeKind.Accepted, null), (outcome.Kind, outcome.Reason));
        Assert.Single(gateway.AccessTokens);
    }

    [Fact]
    public async Task Credentials_may_be_a_file()
    {
        await using var gateway = await FcmGateway.StartAsync();
        using var folder = new TemporaryFolder();
        gateway.Account.WriteCredentials(folder.File("firebase.json"));
        await using var application = await FcmApplication.StartAsync(gateway, options =>
            (options.CredentialsJson, options.CredentialsFile) = (null, folder.File("firebase.json"))
        );

        Assert.Equal(OutcomeKind.Accepted, (await application.SendAsync()).Kind);
    }
}
