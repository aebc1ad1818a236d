using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.FakeGateways.Apns;
using Notify.FakeGateways.Fcm;
using Notify.FakeGateways.Smtp;
using Notify.FakeGateways.Twilio;
using Notify.Providers.Smtp;
using Notify.TestSupport;

namespace Notify.Cli.Tests;

/// <summary>The doctor finds out whether each provider and engine is reachable and accepts the credentials.</summary>
public sealed class ProviderDoctorTests : IAsyncLifetime
{
    private readonly SmtpGateway _smtp = SmtpGateway.Start(new SmtpGatewayOptions { UserName = "shop", Password = "right" });
    private ApnsGateway _apns = null!;
    private FcmGateway _fcm = null!;
    private TwilioGateway _twilio = null!;

    public async ValueTask InitializeAsync()
    {
        _apns = await ApnsGateway.StartAsync();
        _fcm = await FcmGateway.StartAsync(tls: false);
        _twilio = await TwilioGateway.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _smtp.DisposeAsync();
        await _apns.DisposeAsync();
        await _fcm.DisposeAsync();
        await _twilio.DisposeAsync();
    }

    [Fact]
    public async Task Providers_whose_vendors_accept_the_credentials_are_healthy()
    {
        var checks = await CheckAsync("right", _twilio.Account.AuthToken, _smtp.Port, exitCode: 0);

        Assert.All(checks.Values, check => Assert.Equal("ok", check.GetProperty("status").GetString()));
        Assert.Equal(["apns", "fcm", "mail", "redis-like", "store", "twilio"], checks.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(_twilio.Messages);
        Assert.Empty(_smtp.Messages);
    }

    [Fact]
    public async Task Wrong_credentials_and_closed_ports_are_found_with_the_option_to_fix()
    {
        _fcm.TokenError = "invalid_grant";
        for (var number = 0; number < 10; number++)
            _apns.RefuseNext(1, new ApnsRefusal(403, "InvalidProviderToken"));

        var wrong = await CheckAsync("wrong", "wrong", _smtp.Port, exitCode: 1);

        Expect(wrong["apns"], "InvalidProviderToken", "KeyId");
        Expect(wrong["fcm"], "access token", "CredentialsFile");
        Expect(wrong["mail"], "cannot be used", "Password");
        Expect(wrong["twilio"], "401", "AuthToken");
        Assert.Equal("ok", wrong["store"].GetProperty("status").GetString());

        var closed = await CheckAsync("right", _twilio.Account.AuthToken, FreePort.Next(), exitCode: 1);
        Expect(closed["mail"], "cannot be used", "Host, Port");
        Assert.DoesNotContain("right", closed["mail"].ToString());
    }

    private async Task<Dictionary<string, JsonElement>> CheckAsync(
        string password,
        string twilioToken,
        int smtpPort,
        int exitCode
    )
    {
        await using var host = await StartAsync(password, twilioToken, smtpPort);
        using var user = new ToolUser(host.Urls.Single(), null, Trigger.DefaultTenant);

        var result = (await user.RunAsync("doctor", "--json")).Expect(exitCode).Json;

        return result
            .GetProperty("checks")
            .EnumerateArray()
            .Where(check => check.GetProperty("kind").GetString() is "provider" or "engine")
            .ToDictionary(check => check.GetProperty("name").GetString()!);
    }

    private async Task<WebApplication> StartAsync(string password, string twilioToken, int smtpPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IEngineCheck, Engine>();
        builder
            .Services.AddNotifications()
            .UseInMemory()
            .AddApns(options =>
            {
                options.BundleId = ApnsGateway.BundleId;
                (options.KeyId, options.TeamId) = (ApnsGateway.KeyId, ApnsGateway.TeamId);
                (options.Key, options.BaseAddress) = (_apns.KeyPem, _apns.Address);
            })
            .AddFcm(options => (options.CredentialsJson, options.BaseAddress) = (_fcm.Account.Json, _fcm.Address))
            .AddSmtp("mail", options =>
            {
                (options.Host, options.Port, options.From) = ("127.0.0.1", smtpPort, "shop@example.org");
                (options.UserName, options.Password) = ("shop", password);
                options.Security = SmtpSecurity.None;
            })
            .AddTwilio(options =>
            {
                (options.AccountSid, options.AuthToken) = (_twilio.Account.Sid, twilioToken);
                (options.From, options.BaseAddress) = (_twilio.Account.Number, _twilio.Address);
            });
        builder
            .Services.AddHttpClient("Notify.apns")
            .ConfigurePrimaryHttpMessageHandler(
                (handler, _) =>
                    ((SocketsHttpHandler)handler).SslOptions.CertificateChainPolicy = _apns.Authority.Trust.CertificateChainPolicy
            );
        var host = builder.Build();
        host.Urls.Add("http://127.0.0.1:0");
        host.MapNotifications();
        await host.StartAsync();
        return host;
    }

    private static void Expect(JsonElement check, string detail, string fix)
    {
        Assert.Equal("failed", check.GetProperty("status").GetString());
        Assert.Contains(detail, check.GetProperty("detail").GetString());
        Assert.Contains(fix, check.GetProperty("fix").GetString());
    }

    private sealed class Engine : IEngineCheck
    {
        public string Name => "redis-like";

        public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => new(CheckResult.Ok("It answers."));
    }
}
