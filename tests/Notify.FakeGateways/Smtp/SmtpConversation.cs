using System.Net.Security;
using System.Text;

namespace Notify.FakeGateways.Smtp;

/// <summary>The conversation over one connection.</summary>
internal sealed class SmtpConversation(SmtpGateway gateway, Stream stream, int number) : IAsyncDisposable
{
    private readonly SmtpGatewayOptions _options = gateway.Options;
    private readonly List<string> _recipients = [];
    private SmtpLines _lines = new(stream);
    private SmtpPath? _sender;
    private bool _isGreeted;
    private bool _isTls;
    private bool _hasEnded;
    private string? _login;

    public ValueTask DisposeAsync() => _lines.Stream.DisposeAsync();

    public async Task RunAsync(CancellationToken stopping)
    {
        if (_options.IsTlsImplicit)
            await UpgradeAsync(stopping);
        if (!await MisbehavesAsync("CONNECT", "", stopping))
            await _lines.ReplyAsync("220 gateway.invalid ESMTP", stopping);

        while (!_hasEnded && await _lines.ReadAsync(stopping) is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (verb, argument) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            verb = verb.ToUpperInvariant();
            if (!await MisbehavesAsync(verb, argument, stopping))
                await AnswerAsync(verb, argument, stopping);
        }
    }

    private async Task<bool> MisbehavesAsync(string verb, string argument, CancellationToken stopping)
    {
        if (_options.Misbehave?.Invoke(new SmtpCommand(number, verb, argument)) is not { } misbehavior)
            return false;

        if (misbehavior.Reply is not null)
            await _lines.ReplyAsync(misbehavior.Reply, stopping);
        while (misbehavior is { Reply: null, Closes: false } && await _lines.ReadAsync(stopping) is not null) { }

        _hasEnded = misbehavior.Closes || misbehavior.Reply is null;
        if (_hasEnded)
            await _lines.FlushAsync(stopping);
        return true;
    }

    private Task AnswerAsync(string verb, string argument, CancellationToken stopping) =>
        verb switch
        {
            "EHLO" or "HELO" => GreetAsync(verb, argument, stopping),
            "STARTTLS" => StartTlsAsync(stopping),
            "AUTH" => LogInAsync(argument, stopping),
            "MAIL" => ReplyAsync(Mail(argument), stopping),
            "RCPT" => ReplyAsync(Rcpt(argument), stopping),
            "DATA" => DataAsync(stopping),
            "RSET" => ReplyAsync(Reset(), stopping),
            "NOOP" => ReplyAsync("250 2.0.0 OK", stopping),
            "QUIT" => QuitAsync(stopping),
            _ => ReplyAsync("500 5.5.2 unknown command", stopping),
        };

    private Task ReplyAsync(string reply, CancellationToken stopping) => _lines.ReplyAsync(reply, stopping).AsTask();

    private Task GreetAsync(string verb, string argument, CancellationToken stopping)
    {
        if (argument.Length == 0)
            return ReplyAsync("501 5.5.4 domain required", stopping);

        _isGreeted = true;
        Reset();
        if (verb == "HELO")
            return ReplyAsync("250 gateway.invalid", stopping);

        List<string> lines = ["gateway.invalid", $"SIZE {_options.MaxSize}", "8BITMIME", "ENHANCEDSTATUSCODES"];
        if (_options.Pipelining)
            lines.Add("PIPELINING");
        if (_options.SmtpUtf8)
            lines.Add("SMTPUTF8");
        if (_options is { Certificate: not null } && !_isTls)
            lines.Add("STARTTLS");
        if (_options.UserName is not null && MayLogIn)
            lines.Add($"AUTH {string.Join(' ', _options.Mechanisms)}");
        lines = [.. lines.Select((line, i) => (i == lines.Count - 1 ? "250 " : "250-") + line)];
        return ReplyAsync(string.Join("\r\n", lines), stopping);
    }

    private bool MayLogIn => _options.Certificate is null || _isTls;

    private async Task StartTlsAsync(CancellationToken stopping)
    {
        if (_options.Certificate is null || _isTls)
        {
            await ReplyAsync("502 5.5.1 STARTTLS not supported", stopping);
            return;
        }

        // RFC 3207 section 4.2: after TLS begins, nothing that was sent in cleartext may count. A client that sent more before
        // the reply is cut off, because those commands would otherwise be read as if they had come over TLS.
        if (_lines.HasMore)
            throw new IOException("The client did not wait for the reply to STARTTLS.");
        await ReplyAsync("220 2.0.0 go ahead", stopping);
        await UpgradeAsync(stopping);
        (_isGreeted, _login) = (false, null);
        Reset();
    }

    private async Task UpgradeAsync(CancellationToken stopping)
    {
        var tls = new SslStream(_lines.Stream);
        _lines = new SmtpLines(tls);
        var options = new SslServerAuthenticationOptions { ServerCertificate = _options.Certificate };
        await tls.AuthenticateAsServerAsync(options, stopping);
        _isTls = true;
    }

    private async Task LogInAsync(string argument, CancellationToken stopping)
    {
        var parts = argument.Split(' ');
        var mechanism = parts[0].ToUpperInvariant();
        if (_options.UserName is null || !MayLogIn || !_isGreeted || _login is not null)
            await ReplyAsync("503 5.5.1 AUTH not allowed now", stopping);
        else if (!_options.Mechanisms.Contains(mechanism))
            await ReplyAsync("504 5.5.4 mechanism not supported", stopping);
        else
            await DecideLoginAsync(await ReadLoginAsync(mechanism, parts.Length > 1 ? parts[1] : null, stopping), stopping);
    }

    private async Task<string[]> ReadLoginAsync(string mechanism, string? initial, CancellationToken stopping)
    {
        if (mechanism == "PLAIN")
            return (initial is null ? await ChallengeAsync("", stopping) : Decode(initial)).Split('\0')[1..];

        var user = initial is null ? await ChallengeAsync("Username:", stopping) : Decode(initial);
        return [user, await ChallengeAsync("Password:", stopping)];
    }

    private async Task<string> ChallengeAsync(string challenge, CancellationToken stopping)
    {
        await ReplyAsync($"334 {Convert.ToBase64String(Encoding.ASCII.GetBytes(challenge))}", stopping);
        return Decode(await _lines.ReadAsync(stopping) ?? "");
    }

    private static string Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }

    private Task DecideLoginAsync(string[] login, CancellationToken stopping)
    {
        var isRight = login is [var user, var password] && user == _options.UserName && password == _options.Password;
        _login = isRight ? _options.UserName : null;
        return ReplyAsync(isRight ? "235 2.7.0 welcome" : "535 5.7.8 wrong user or password", stopping);
    }

    private string Mail(string argument)
    {
        if (!_isGreeted || _sender is not null)
            return "503 5.5.1 MAIL not allowed now";
        if (_options.Certificate is not null && !_isTls)
            return "530 5.7.0 STARTTLS first";
        if (_options.UserName is not null && _login is null)
            return "530 5.7.0 log in first";
        if (SmtpPath.Parse(argument, "FROM:") is not { } path)
            return "501 5.1.7 bad sender";
        if (long.TryParse(path.Parameter("SIZE"), out var size) && size > _options.MaxSize)
            return "552 5.3.4 message too big";
        if (path.Refusal(isUtf8: path.Has("SMTPUTF8"), offersUtf8: _options.SmtpUtf8) is { } refusal)
            return refusal;

        _sender = path;
        return "250 2.1.0 OK";
    }

    private string Rcpt(string argument)
    {
        if (_sender is null)
            return "503 5.5.1 MAIL first";
        if (SmtpPath.Parse(argument, "TO:") is not { Address.Length: > 0 } path)
            return "501 5.1.3 bad recipient";
        if (path.Refusal(isUtf8: _sender.Has("SMTPUTF8"), offersUtf8: _options.SmtpUtf8) is { } refusal)
            return refusal;

        _recipients.Add(path.Address);
        return "250 2.1.5 OK";
    }

    private string Reset()
    {
        _sender = null;
        _recipients.Clear();
        return "250 2.0.0 OK";
    }

    private async Task DataAsync(CancellationToken stopping)
    {
        if (_sender is null || (_recipients.Count == 0 && !_options.AsksForContentAlways))
        {
            await ReplyAsync(_sender is null ? "503 5.5.1 MAIL first" : "554 5.5.1 no valid recipients", stopping);
            return;
        }

        await ReplyAsync("354 go ahead", stopping);
        var isEightBit = _sender.Parameter("BODY") == "8BITMIME" || _sender.Has("SMTPUTF8");
        var content = new SmtpContent(_options.MaxSize, isEightBit, _options.KeepsMessages);
        _hasEnded = !await _lines.ReadContentAsync(content, stopping);
        if (!_hasEnded && !await MisbehavesAsync(".", "", stopping))
        {
            if (_options.TakesFor > TimeSpan.Zero)
                await Task.Delay(_options.TakesFor, stopping);
            if (_options.BeforeAccepting is { } wait)
                await wait(stopping);
            await ReplyAsync(Take(content), stopping);
        }

        Reset();
    }

    private string Take(SmtpContent content)
    {
        if (_recipients.Count == 0)
            return "554 5.5.1 no valid recipients";
        if (content.Refusal is not null)
            return content.Refusal;

        gateway.Take(new SmtpMessage(number, _sender!.Address, [.. _recipients], _isTls, _login, content.Bytes));
        return "250 2.0.0 taken";
    }

    private async Task QuitAsync(CancellationToken stopping)
    {
        _hasEnded = true;
        await ReplyAsync("221 2.0.0 bye", stopping);
    }
}
