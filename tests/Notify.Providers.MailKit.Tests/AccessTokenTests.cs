using Notify.TestSupport;

namespace Notify.Providers.MailKit.Tests;

/// <summary>OAuth 2.0 and TLS from the first byte.</summary>
public sealed class AccessTokenTests(TestAuthority authority)
{
    private const string Token = "ya29.access-token";

    [Theory]
    [InlineData("OAUTHBEARER")]
    [InlineData("XOAUTH2", "--xoauth2")]
    public async Task An_access_token_logs_in_by_what_the_server_offers(string mechanism, params string[] arguments)
    {
        await using var server = await StartAsync([.. arguments]);
        await using var application = await Application.StartAsync(server, LogInByToken(() => Token));

        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal(mechanism, Assert.Single(server.Events("login")).Mechanism);
        var message = Assert.Single(server.Events("message"));
        Assert.Equal((true, "shop"), (message.Tls, message.Login));
    }

    [Fact]
    public async Task A_token_is_asked_for_with_each_connection_and_kept_with_it()
    {
        await using var server = await StartAsync();
        var asked = 0;
        await using var application = await Application.StartAsync(
            server,
            LogInByToken(() =>
            {
                Interlocked.Increment(ref asked);
                return Token;
            })
        );

        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));
        await application.AcceptedAsync(await application.SendAsync("grace@example.org"));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_refused_token_waits_for_another_and_is_not_told()
    {
        await using var server = await StartAsync();
        await using var application = await Application.StartAsync(server, LogInByToken(() => "expired-token"));

        var record = await application.WaitsForRetryAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal("the server requires STARTTLS or refused the login", record.Reason);
        Assert.DoesNotContain(application.Logs, line => line.Contains("expired-token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mail_waits_while_there_is_no_token()
    {
        await using var server = await StartAsync();
        await using var application = await Application.StartAsync(
            server,
            LogInByToken(() => throw new HttpRequestException("token-text"))
        );

        var record = await application.WaitsForRetryAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal("the application did not provide an access token: HttpRequestException", record.Reason);
        Assert.DoesNotContain(application.Logs, line => line.Contains("token-text", StringComparison.Ordinal));
    }

    private static Action<MailKitOptions> LogInByToken(Func<string> token) =>
        mail =>
        {
            (mail.Security, mail.MaxConnections, mail.UserName) = (MailKitSecurity.TlsOnConnect, 1, "shop");
            mail.AccessToken = _ => ValueTask.FromResult(token());
        };

    private Task<MailServer> StartAsync(params string[] arguments) =>
        MailServer.StartAsync(
            null,
            ["--certificate", authority.TrustedFile, "--tls-on-connect", "--user", "shop", "--token", Token, .. arguments]
        );
}
