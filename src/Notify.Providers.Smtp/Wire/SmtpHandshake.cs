using System.Net;
using System.Net.Sockets;
using System.Text;
using Notify.Providers.Mail;

namespace Notify.Providers.Smtp.Wire;

/// <summary>The part of a conversation before the first message: greeting, EHLO, TLS and login.</summary>
internal sealed class SmtpHandshake(SmtpWire wire, SmtpOptions options)
{
    private const int CommandUnrecognized = 500;
    private const int CommandNotImplemented = 502;

    /// <summary>Gets what the server offers; with TLS, what it offers after the TLS handshake.</summary>
    public SmtpCapabilities Offered { get; private set; }

    /// <returns>Null when messages can be sent.</returns>
    public async ValueTask<Outcome?> ShakeAsync(CancellationToken cancellationToken)
    {
        await wire.ConnectAsync(options.Host, options.Port, cancellationToken).ConfigureAwait(false);
        if (options.Security == SmtpSecurity.TlsOnConnect)
            await wire.UpgradeAsync(options.Host, cancellationToken).ConfigureAwait(false);
        return await wire.AnswerAsync(SmtpStage.Greeting, cancellationToken).ConfigureAwait(false)
            ?? await EhloAsync(cancellationToken).ConfigureAwait(false)
            ?? await StartTlsAsync(cancellationToken).ConfigureAwait(false)
            ?? await LogInAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Outcome?> EhloAsync(CancellationToken cancellationToken)
    {
        var name = CreateAddressLiteral(wire.LocalAddress);
        Offered = SmtpCapabilities.None;
        Encoding.ASCII.GetBytes($"EHLO {name}\r\n", wire.Output);
        var failure = await wire.AnswerAsync(SmtpStage.Ehlo, cancellationToken).ConfigureAwait(false);
        if (failure is null)
            Offered = EhloReply.Read(wire.LastReply!.Value.Lines.Span);
        if (wire.LastReply?.Code is not (CommandUnrecognized or CommandNotImplemented))
            return failure;

        // RFC 5321 section 3.2: a server that does not know EHLO is greeted with HELO. It offers no extensions, so nothing is
        // sent to it if TLS or a login is required.
        Encoding.ASCII.GetBytes($"HELO {name}\r\n", wire.Output);
        return await wire.AnswerAsync(SmtpStage.Ehlo, cancellationToken).ConfigureAwait(false);
    }

    // RFC 5321 section 4.1.3. Servers often cannot resolve the name of a machine, so its address is sent instead.
    private static string CreateAddressLiteral(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        address = new IPAddress(address.GetAddressBytes());
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{address}]" : $"[{address}]";
    }

    private async ValueTask<Outcome?> StartTlsAsync(CancellationToken cancellationToken)
    {
        if (options.Security != SmtpSecurity.StartTls)
            return null;
        if (!Offered.HasFlag(SmtpCapabilities.StartTls))
            return SmtpOutcomes.NoStartTls;

        Encoding.ASCII.GetBytes("STARTTLS\r\n", wire.Output);
        if (await wire.AnswerAsync(SmtpStage.StartTls, cancellationToken).ConfigureAwait(false) is { } failure)
            return failure;

        await wire.UpgradeAsync(options.Host, cancellationToken).ConfigureAwait(false);
        return await EhloAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<Outcome?> LogInAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.UserName))
            return ValueTask.FromResult<Outcome?>(null);
        if (Offered.HasFlag(SmtpCapabilities.AuthPlain))
            return LogInByPlainAsync(cancellationToken);
        return Offered.HasFlag(SmtpCapabilities.AuthLogin)
            ? LogInByLoginAsync(cancellationToken)
            : ValueTask.FromResult<Outcome?>(SmtpOutcomes.NoLogin);
    }

    // RFC 4616, with the initial response in the command (RFC 4954 section 4).
    private ValueTask<Outcome?> LogInByPlainAsync(CancellationToken cancellationToken)
    {
        Encoding.ASCII.GetBytes($"AUTH PLAIN {Base64($"\0{options.UserName}\0{options.Password}")}\r\n", wire.Output);
        return wire.AnswerAsync(SmtpStage.Auth, cancellationToken);
    }

    private async ValueTask<Outcome?> LogInByLoginAsync(CancellationToken cancellationToken) =>
        await LoginStepAsync("AUTH LOGIN", 3, cancellationToken).ConfigureAwait(false)
        ?? await LoginStepAsync(Base64(options.UserName!), 3, cancellationToken).ConfigureAwait(false)
        ?? await LoginStepAsync(Base64(options.Password!), 2, cancellationToken).ConfigureAwait(false);

    private ValueTask<Outcome?> LoginStepAsync(string line, int expected, CancellationToken cancellationToken)
    {
        Encoding.ASCII.GetBytes($"{line}\r\n", wire.Output);
        return wire.AnswerAsync(SmtpStage.Auth, cancellationToken, expected);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
