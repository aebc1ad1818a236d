using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>TLS and login.</summary>
public sealed class SecurityTests(TestAuthority authority)
{
    private const string Password = "correct-horse-battery-staple";

    [Fact]
    public async Task A_message_goes_over_TLS_and_under_the_login()
    {
        await using var server = await MailServer.StartAsync(
            null,
            "--certificate",
            authority.TrustedFile,
            "--user",
            "shop",
            "--password",
            Password
        );
        await using var application = await Application.StartAsync(server, LogInOverTls);

        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        var message = Assert.Single(server.Events("message"));
        Assert.True(message.Tls);
        Assert.Equal("shop", message.Login);
    }

    [Fact]
    public async Task A_wrong_password_waits_for_the_right_one_and_is_not_told()
    {
        await using var server = await MailServer.StartAsync(
            null,
            "--certificate",
            authority.TrustedFile,
            "--user",
            "shop",
            "--password",
            "another"
        );
        await using var application = await Application.StartAsync(server, LogInOverTls);

        var record = await application.WaitsForRetryAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal(MailProvider.LoginRefused, record.Reason);
        Assert.Contains(server.Events("login"), login => !login.Accepted);
        Assert.Empty(server.Events("message"));
    }

    [Fact]
    public async Task A_server_whose_certificate_is_not_trusted_is_sent_nothing()
    {
        await using var server = await MailServer.StartAsync(
            null,
            "--certificate",
            authority.UntrustedFile,
            "--user",
            "shop",
            "--password",
            Password
        );
        await using var application = await Application.StartAsync(server, LogInOverTls);

        var record = await application.WaitsForRetryAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal(
            "TLS failed: the server's certificate is not trusted, or there is no common protocol version",
            record.Reason
        );
        Assert.Empty(server.Events("login"));
        Assert.Empty(server.Events("message"));
    }

    [Fact]
    public async Task A_server_without_STARTTLS_is_sent_nothing()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, LogInOverTls);

        var record = await application.WaitsForRetryAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal(MailProvider.NoStartTls, record.Reason);
        Assert.Empty(server.Events("login"));
        Assert.Empty(server.Events("message"));
    }

    [Fact]
    public async Task A_server_on_this_machine_may_be_logged_in_to_without_TLS()
    {
        await using var server = await MailServer.StartAsync(null, "--user", "shop", "--password", Password);
        await using var application = await Application.StartAsync(server, mail =>
            (mail.UserName, mail.Password) = ("shop", Password)
        );

        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        var message = Assert.Single(server.Events("message"));
        Assert.False(message.Tls);
        Assert.Equal("shop", message.Login);
    }

    [Fact]
    public async Task Neither_address_nor_password_nor_content_is_logged_or_kept_as_a_reason()
    {
        await using var server = await MailServer.StartAsync(
            null,
            "--certificate",
            authority.TrustedFile,
            "--user",
            "shop",
            "--password",
            Password
        );
        await using var refusing = await MailServer.StartAsync(
            null,
            "--certificate",
            authority.TrustedFile,
            "--user",
            "shop",
            "--password",
            "another"
        );
        await using var application = await Application.StartAsync(server, LogInOverTls);
        await using var locked = await Application.StartAsync(refusing, LogInOverTls);

        var records = new[]
        {
            await application.AcceptedAsync(await application.SendAsync("ada@example.org", "Your secret code")),
            await application.DeadLetterAsync(await application.SendAsync("gone@example.org", "Your secret code")),
            await application.DeadLetterAsync(await application.SendAsync("spam@example.org", "Your secret code")),
            await application.AcceptedAsync(await application.SendAsync("busy-once@example.org", "Your secret code")),
            await application.WaitsForRetryAsync(await application.SendAsync("nosender@example.org", "Your secret code")),
            await locked.WaitsForRetryAsync(await locked.SendAsync("ada@example.org", "Your secret code")),
        };

        string[] told =
        [
            .. application.Logs,
            .. locked.Logs,
            .. records.Select(record => record.Reason ?? ""),
            .. records.SelectMany(record => record.Attempts).Select(attempt => attempt.Reason ?? ""),
        ];
        Assert.Contains(told, line =>
            line.Contains($"Provider {MailProvider.Name} failed to send through its mail server", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(told, line => line.Contains("@example.org", StringComparison.Ordinal));
        Assert.DoesNotContain(told, line => line.Contains(Password, StringComparison.Ordinal));
        Assert.DoesNotContain(told, line => line.Contains("secret code", StringComparison.Ordinal));
    }

    private static void LogInOverTls(MailOptions mail)
    {
        mail.Security = MailSecurity.StartTls;
        (mail.UserName, mail.Password) = ("shop", Password);
    }
}
