using System.Collections.Concurrent;
using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Servers that greet in old or odd ways and take mail all the same.</summary>
public sealed class GreetingTests(TestAuthority authority)
{
    private const string Password = "correct-horse-battery-staple";

    private readonly ConcurrentQueue<string> _verbs = new();

    [Theory]
    [InlineData("500 5.5.1 what?")]
    [InlineData("500")]
    [InlineData("502 not implemented")]
    [InlineData("502-5.5.1 not\r\n502 5.5.1 implemented")]
    public async Task A_server_that_knows_no_EHLO_is_greeted_by_HELO(string reply)
    {
        await using var server = Start(new(), "EHLO", reply);
        await using var application = await Application.StartAsync(server.Port);

        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("ada@example.org"))).Kind);
        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("bob@example.org"))).Kind);

        Assert.Equal(["CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA"], _verbs.Take(6));
        Assert.Equal(1, server.ConnectionsAccepted);
    }

    [Theory]
    [InlineData("501 5.5.4 your name")]
    [InlineData("504")]
    [InlineData("421 4.3.2 later")]
    public async Task Another_refusal_of_EHLO_is_not_followed_by_HELO(string reply)
    {
        await using var server = Start(new(), "EHLO", reply);
        await using var application = await Application.StartAsync(server.Port);

        Assert.True((await application.AttemptAsync(Deliveries.To("ada@example.org"))).IsProviderFailure);
        Assert.DoesNotContain("HELO", _verbs);
    }

    [Fact]
    public async Task A_server_without_EHLO_gets_neither_a_password_nor_mail_in_clear()
    {
        await using var server = Start(new(), "EHLO", "502 no");
        await using var secure = await Application.StartAsync(server.Port, mail => mail.Security = SmtpSecurity.StartTls);
        await using var login = await Application.StartAsync(server.Port, mail =>
            (mail.UserName, mail.Password) = ("shop", Password)
        );

        Assert.Equal("the server does not offer STARTTLS", (await secure.AttemptAsync(Deliveries.To("ada@example.org"))).Reason);
        Assert.True((await login.AttemptAsync(Deliveries.To("ada@example.org"))).IsProviderFailure);
        Assert.Empty(server.Messages);
        Assert.DoesNotContain("AUTH", _verbs);
    }

    [Theory]
    [InlineData("250-gateway.invalid\r\n250-STARTTLS \r\n250 AUTH PLAIN")]
    [InlineData("250-gateway.invalid\r\n250-STARTTLS\t\r\n250 SIZE")]
    [InlineData("250-gateway.invalid\r\n250-SIZE 1\r\n250-\tstarttls\r\n250 8BITMIME")]
    [InlineData("250-gateway.invalid\r\n250  STARTTLS")]
    [InlineData("250-gateway.invalid\r\n250\tSTARTTLS")]
    public async Task STARTTLS_is_found_among_any_white_space(string capabilities)
    {
        using var certificate = authority.LoadTrusted();
        var isFirst = true;
        await using var server = SmtpGateway.Start(
            new()
            {
                Certificate = certificate,
                Misbehave = sent =>
                {
                    if (sent.Verb != "EHLO" || !isFirst)
                        return null;
                    isFirst = false;
                    return SmtpMisbehavior.Answer(capabilities);
                },
            }
        );
        await using var application = await Application.StartAsync(server.Port, mail => mail.Security = SmtpSecurity.StartTls);

        Assert.Null((await application.AttemptAsync(Deliveries.To("ada@example.org"))).Reason);
        Assert.True(Assert.Single(server.Messages).IsTls);
    }

    [Theory]
    [InlineData("AUTH\tPLAIN")]
    [InlineData("AUTH  LOGIN   PLAIN ")]
    [InlineData("AUTH=PLAIN")]
    [InlineData("auth\tlogin\tcram-md5")]
    public async Task A_login_mechanism_is_found_among_any_white_space(string line)
    {
        await using var server = Start(
            new() { UserName = "shop", Password = Password },
            "EHLO",
            $"250-gateway.invalid\r\n250-SIZE 1000000\r\n250 {line}"
        );
        await using var application = await Application.StartAsync(server.Port, mail =>
            (mail.UserName, mail.Password) = ("shop", Password)
        );

        // The gateway does not count a greeting that the test answered, so what matters here is that the login was begun.
        await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.Contains("AUTH", _verbs);
    }

    [Theory]
    [InlineData("220-welcome\r\n220-to the\r\n220 gateway")]
    [InlineData("220 gateway esmtp lower case")]
    [InlineData("220")]
    [InlineData("220 ")]
    [InlineData("220\tgateway")]
    [InlineData("\r\n220 gateway after an empty line")]
    [InlineData("220-\r\n220 ")]
    public async Task An_odd_greeting_is_a_greeting(string greeting)
    {
        await using var server = Start(new(), "CONNECT", greeting);
        await using var application = await Application.StartAsync(server.Port);

        Assert.Null((await application.AttemptAsync(Deliveries.To("ada@example.org"))).Reason);
        Assert.Single(server.Messages);
    }

    [Fact]
    public async Task A_server_that_closes_with_its_greeting_is_the_providers_failure_and_named()
    {
        await using var server = SmtpGateway.Start(
            new() { Misbehave = sent => sent.Verb == "CONNECT" ? SmtpMisbehavior.AnswerAndClose("421 4.3.2 too busy") : null }
        );
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.Equal(
            (OutcomeKind.Retry, true, "421 4.3.2 system not accepting network messages"),
            (outcome.Kind, outcome.IsProviderFailure, outcome.Reason)
        );
    }

    private SmtpGateway Start(SmtpGatewayOptions options, string verb, string reply) =>
        SmtpGateway.Start(
            options with
            {
                Misbehave = sent =>
                {
                    _verbs.Enqueue(sent.Verb);
                    return sent.Verb == verb ? SmtpMisbehavior.Answer(reply) : null;
                },
            }
        );
}
