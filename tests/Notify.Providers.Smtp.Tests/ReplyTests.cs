using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>
/// Every reply code of RFC 5321, 4954 and 7504 and every enhanced code in IANA's registry (RFC 3463 and the later ones), by what
/// it answers.
/// </summary>
public sealed class ReplyTests(TestAuthority authority)
{
    private const string Failed = "provider failed";
    private const string Throttled = "throttled";
    private const string Retry = nameof(OutcomeKind.Retry);
    private const string Rejected = nameof(OutcomeKind.Rejected);
    private const string Gone = nameof(OutcomeKind.RecipientGone);

    [Theory]
    [InlineData("CONNECT", "421 4.3.2", Failed, "system not accepting network messages")]
    [InlineData("CONNECT", "521", Failed, "host does not accept mail")]
    [InlineData("CONNECT", "554 5.7.1", Failed, "the server refuses this host")]
    [InlineData("EHLO", "421", Failed, "service not available, closing transmission channel")]
    [InlineData("EHLO", "504", Failed, "command parameter not implemented")]
    [InlineData("EHLO", "550", Failed, "the server refuses this host")]
    [InlineData("STARTTLS", "454 4.7.0", Failed, "TLS is not available at present")]
    [InlineData("STARTTLS", "501 5.5.4", Failed, "invalid command arguments")]
    [InlineData("STARTTLS", "502", Failed, "command not implemented")]
    [InlineData("AUTH", "432 4.7.12", Failed, "a password transition is needed")]
    [InlineData("AUTH", "454 4.7.0", Failed, "temporary authentication failure")]
    [InlineData("AUTH", "500 5.5.6", Failed, "authentication exchange line is too long")]
    [InlineData("AUTH", "501 5.5.2", Failed, "syntax error")]
    [InlineData("AUTH", "504 5.5.4", Failed, "invalid command arguments")]
    [InlineData("AUTH", "530 5.7.0", Failed, "authentication required")]
    [InlineData("AUTH", "534 5.7.9", Failed, "authentication mechanism is too weak")]
    [InlineData("AUTH", "535 5.7.8", Failed, "authentication credentials invalid")]
    [InlineData("AUTH", "535 5.7.13", Failed, "user account disabled")]
    [InlineData("AUTH", "538 5.7.11", Failed, "encryption required for requested authentication mechanism")]
    public Task Before_a_message_any_refusal_is_the_providers(string command, string reply, string outcome, string name) =>
        AssertAsync(command, reply, outcome, name);

    [Theory]
    [InlineData("421 4.4.2", Failed, "bad connection")]
    [InlineData("450 4.7.28", Throttled, "mail flood detected")]
    [InlineData("451 4.3.0", Failed, "local error in processing")]
    [InlineData("451 4.4.5", Throttled, "mail system congestion")]
    [InlineData("452 4.3.1", Failed, "mail system full")]
    [InlineData("455 4.5.5", Failed, "wrong protocol version")]
    [InlineData("455", Failed, "server unable to accommodate parameters")]
    [InlineData("501 5.1.7", Failed, "bad sender's mailbox address syntax")]
    [InlineData("503 5.5.1", Failed, "invalid command")]
    [InlineData("530 5.7.0", Failed, "authentication required")]
    [InlineData("550 5.7.1", Failed, "delivery not authorized, message refused")]
    [InlineData("550 5.6.7", Rejected, "non-ASCII addresses not permitted for that sender/recipient")]
    [InlineData("550 5.7.27", Failed, "sender address has null MX")]
    [InlineData("552", Rejected, "exceeded storage allocation")]
    [InlineData("552 5.2.3", Rejected, "message length exceeds administrative limit")]
    [InlineData("552 5.3.4", Rejected, "message too big for system")]
    [InlineData("553 5.1.8", Failed, "bad sender's system address")]
    [InlineData("555 5.5.4", Failed, "invalid command arguments")]
    [InlineData("555", Failed, "MAIL FROM/RCPT TO parameters not recognized or not implemented")]
    public Task A_refused_sender_is_the_providers_failure(string reply, string outcome, string name) =>
        AssertAsync("MAIL", reply, outcome, name);

    [Theory]
    [InlineData("421 4.3.2", Failed, "system not accepting network messages")]
    [InlineData("450", Retry, "mailbox unavailable")]
    [InlineData("450 4.1.1", Retry, "bad destination mailbox address")]
    [InlineData("450 4.1.8", Retry, "bad sender's system address")]
    [InlineData("450 4.2.0", Retry, "mailbox unavailable")]
    [InlineData("450 4.2.1", Retry, "mailbox disabled, not accepting messages")]
    [InlineData("450 4.7.1", Retry, "temporarily refused, as by greylisting")]
    [InlineData("450 4.7.28", Retry, "mail flood detected")]
    [InlineData("451", Retry, "local error in processing")]
    [InlineData("451 4.3.0", Retry, "local error in processing")]
    [InlineData("451 4.3.5", Retry, "system incorrectly configured")]
    [InlineData("451 4.4.1", Retry, "no answer from host")]
    [InlineData("451 4.4.3", Retry, "directory server failure")]
    [InlineData("451 4.4.5", Retry, "mail system congestion")]
    [InlineData("451 4.7.1", Retry, "temporarily refused, as by greylisting")]
    [InlineData("451 4.7.19", Retry, "RRVS test cannot be completed")]
    [InlineData("451 4.7.24", Retry, "SPF validation error")]
    [InlineData("452", Retry, "insufficient system storage")]
    [InlineData("452 4.2.2", Retry, "mailbox full")]
    [InlineData("452 4.3.1", Retry, "mail system full")]
    [InlineData("452 4.5.3", Retry, "too many recipients")]
    [InlineData("454 4.7.1", Retry, "temporarily refused, as by greylisting")]
    public Task A_recipient_that_is_refused_for_now_is_tried_again(string reply, string outcome, string name) =>
        AssertAsync("RCPT", reply, outcome, name);

    [Theory]
    [InlineData("500", Rejected, "syntax error, command unrecognized")]
    [InlineData("501", Rejected, "syntax error in parameters or arguments")]
    [InlineData("503", Retry, "bad sequence of commands")]
    [InlineData("550", Rejected, "mailbox unavailable")]
    [InlineData("551", Rejected, "user not local")]
    [InlineData("552", Retry, "exceeded storage allocation")]
    [InlineData("553", Rejected, "mailbox name not allowed")]
    [InlineData("554", Rejected, "transaction failed")]
    [InlineData("556", Gone, "domain does not accept mail")]
    [InlineData("550 5.0.0", Rejected, "mailbox unavailable")]
    [InlineData("550 5.1.0", Rejected, "mailbox unavailable")]
    [InlineData("550 5.1.1", Gone, "bad destination mailbox address")]
    [InlineData("550 5.1.2", Rejected, "bad destination system address")]
    [InlineData("501 5.1.3", Rejected, "bad destination mailbox address syntax")]
    [InlineData("550 5.1.4", Rejected, "destination mailbox address ambiguous")]
    [InlineData("550 5.1.5", Rejected, "destination address valid")]
    [InlineData("551 5.1.6", Gone, "destination mailbox has moved")]
    [InlineData("553 5.1.7", Retry, "bad sender's mailbox address syntax")]
    [InlineData("553 5.1.8", Retry, "bad sender's system address")]
    [InlineData("550 5.1.9", Rejected, "message relayed to non-compliant mailer")]
    [InlineData("556 5.1.10", Gone, "recipient address has null MX")]
    [InlineData("550 5.2.0", Rejected, "mailbox unavailable")]
    [InlineData("550 5.2.1", Rejected, "mailbox disabled, not accepting messages")]
    [InlineData("552 5.2.2", Retry, "mailbox full")]
    [InlineData("552 5.2.3", Rejected, "message length exceeds administrative limit")]
    [InlineData("550 5.2.4", Rejected, "mailing list expansion problem")]
    [InlineData("550 5.3.0", Rejected, "mailbox unavailable")]
    [InlineData("552 5.3.1", Retry, "mail system full")]
    [InlineData("550 5.3.2", Retry, "system not accepting network messages")]
    [InlineData("550 5.3.3", Rejected, "system not capable of selected features")]
    [InlineData("552 5.3.4", Rejected, "message too big for system")]
    [InlineData("550 5.3.5", Retry, "system incorrectly configured")]
    [InlineData("550 5.3.6", Rejected, "requested priority was changed")]
    [InlineData("550 5.4.0", Rejected, "mailbox unavailable")]
    [InlineData("550 5.4.1", Rejected, "no answer from host")]
    [InlineData("550 5.4.2", Rejected, "bad connection")]
    [InlineData("550 5.4.4", Rejected, "unable to route")]
    [InlineData("550 5.4.6", Rejected, "routing loop detected")]
    [InlineData("550 5.4.7", Rejected, "delivery time expired")]
    [InlineData("550 5.5.0", Rejected, "mailbox unavailable")]
    [InlineData("501 5.5.2", Rejected, "syntax error")]
    [InlineData("550 5.5.3", Rejected, "too many recipients")]
    [InlineData("501 5.5.4", Rejected, "invalid command arguments")]
    [InlineData("553 5.6.7", Rejected, "non-ASCII addresses not permitted for that sender/recipient")]
    [InlineData("550 5.6.8", Rejected, "UTF-8 string reply is required, but not permitted by the SMTP client")]
    [InlineData("550 5.7.0", Rejected, "mailbox unavailable")]
    [InlineData("550 5.7.1", Rejected, "delivery not authorized, message refused")]
    [InlineData("550 5.7.2", Rejected, "mailing list expansion prohibited")]
    [InlineData("550 5.7.3", Rejected, "security conversion required but not possible")]
    [InlineData("550 5.7.4", Rejected, "security features not supported")]
    [InlineData("550 5.7.8", Retry, "authentication credentials invalid")]
    [InlineData("530 5.7.10", Retry, "encryption needed")]
    [InlineData("550 5.7.13", Retry, "user account disabled")]
    [InlineData("550 5.7.14", Retry, "trust relationship required")]
    [InlineData("550 5.7.15", Rejected, "priority level is too low")]
    [InlineData("550 5.7.17", Rejected, "mailbox owner has changed")]
    [InlineData("550 5.7.18", Rejected, "domain owner has changed")]
    [InlineData("550 5.7.20", Retry, "no passing DKIM signature found")]
    [InlineData("550 5.7.23", Retry, "SPF validation failed")]
    [InlineData("550 5.7.24", Retry, "SPF validation error")]
    [InlineData("550 5.7.25", Retry, "reverse DNS validation failed")]
    [InlineData("550 5.7.27", Retry, "sender address has null MX")]
    [InlineData("550 5.7.30", Rejected, "REQUIRETLS support required")]
    public Task A_refused_recipient_concerns_its_own_delivery_only(string reply, string outcome, string name) =>
        AssertAsync("RCPT", reply, outcome, name);

    [Theory]
    [InlineData("DATA", "421", Failed, "service not available, closing transmission channel")]
    [InlineData("DATA", "451 4.3.0", Retry, "local error in processing")]
    [InlineData("DATA", "503 5.5.1", Retry, "invalid command")]
    [InlineData("DATA", "554", Rejected, "transaction failed")]
    [InlineData("DATA", "554 5.7.1", Rejected, "delivery not authorized, message refused")]
    [InlineData(".", "421 4.4.2", Failed, "bad connection")]
    [InlineData(".", "450", Retry, "message temporarily refused")]
    [InlineData(".", "450 4.7.28", Throttled, "mail flood detected")]
    [InlineData(".", "451 4.7.1", Retry, "temporarily refused, as by greylisting")]
    [InlineData(".", "452 4.3.1", Retry, "mail system full")]
    [InlineData(".", "550 5.1.1", Rejected, "bad destination mailbox address")]
    [InlineData(".", "552", Rejected, "exceeded storage allocation")]
    [InlineData(".", "552 5.2.2", Retry, "mailbox full")]
    [InlineData(".", "552 5.2.3", Rejected, "message length exceeds administrative limit")]
    [InlineData(".", "552 5.3.4", Rejected, "message too big for system")]
    [InlineData(".", "554", Rejected, "transaction failed")]
    [InlineData(".", "554 5.6.0", Rejected, "transaction failed")]
    [InlineData(".", "554 5.6.1", Rejected, "media not supported")]
    [InlineData(".", "554 5.6.2", Rejected, "conversion required and prohibited")]
    [InlineData(".", "554 5.6.3", Rejected, "conversion required but not supported")]
    [InlineData(".", "554 5.6.4", Rejected, "conversion with loss performed")]
    [InlineData(".", "554 5.6.5", Rejected, "conversion failed")]
    [InlineData(".", "554 5.6.6", Rejected, "message content not available")]
    [InlineData(".", "554 5.6.9", Rejected, "UTF-8 header message cannot be transferred to one or more recipients")]
    [InlineData(".", "550 5.7.1", Rejected, "delivery not authorized, message refused")]
    [InlineData(".", "554 5.7.5", Rejected, "cryptographic failure")]
    [InlineData(".", "554 5.7.6", Rejected, "cryptographic algorithm not supported")]
    [InlineData(".", "554 5.7.7", Rejected, "message integrity failure")]
    [InlineData(".", "552 5.7.16", Rejected, "message is too big for the specified priority")]
    [InlineData(".", "550 5.7.21", Rejected, "no acceptable DKIM signature found")]
    [InlineData(".", "550 5.7.22", Rejected, "no valid author-matched DKIM signature found")]
    [InlineData(".", "550 5.7.26", Rejected, "multiple authentication checks failed")]
    [InlineData(".", "550 5.7.29", Rejected, "ARC validation failure")]
    public Task A_refused_message_is_its_own_fault(string command, string reply, string outcome, string name) =>
        AssertAsync(command, reply, outcome, name);

    [Theory]
    [InlineData("RCPT", "354")]
    [InlineData("DATA", "250")]
    [InlineData("MAIL", "199")]
    [InlineData("EHLO", "650")]
    public Task An_answer_that_SMTP_does_not_have_is_the_providers_failure(string command, string reply) =>
        AssertAsync(command, reply, Failed, null);

    [Theory]
    [InlineData("550 5.1.1x", "550 mailbox unavailable")]
    [InlineData("550 5.1", "550 mailbox unavailable")]
    [InlineData("550 5.1.1000", "550 mailbox unavailable")]
    [InlineData("550 5.-1.1", "550 mailbox unavailable")]
    [InlineData("550", "550 mailbox unavailable")]
    [InlineData("550-5.1.1 first\r\n550 5.1.1 last", "550 5.1.1 bad destination mailbox address")]
    [InlineData("550 5.9.999", "550 5.9.999 mailbox unavailable")]
    [InlineData("577", "577")]
    public async Task An_enhanced_code_counts_where_it_is_one(string reply, string reason)
    {
        await using var server = SmtpGateway.Start(
            new() { Misbehave = sent => sent.Verb == "RCPT" ? SmtpMisbehavior.Answer(reply) : null }
        );
        await using var application = await Application.StartAsync(server.Port);

        Assert.Equal(reason, (await application.AttemptAsync(Deliveries.To("ada@example.org"))).Reason);
    }

    private async Task AssertAsync(string command, string reply, string outcome, string? name)
    {
        var isSecure = command is "STARTTLS" or "AUTH";
        using var certificate = authority.LoadTrusted();
        await using var server = SmtpGateway.Start(
            new()
            {
                Certificate = isSecure ? certificate : null,
                UserName = isSecure ? "shop" : null,
                Misbehave = sent => sent.Verb == command ? SmtpMisbehavior.Answer($"{reply} <ada@example.org>") : null,
            }
        );
        await using var application = await Application.StartAsync(server.Port, smtp =>
        {
            if (isSecure)
                (smtp.Security, smtp.UserName, smtp.Password) = (SmtpSecurity.StartTls, "shop", "correct-horse");
        });

        var result = await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.Equal(
            outcome,
            result.IsProviderFailure ? Failed
                : result.IsThrottled ? Throttled
                : result.Kind.ToString()
        );
        Assert.StartsWith(name is null ? reply : $"{reply} {name}", result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@", result.Reason, StringComparison.Ordinal);
    }
}
