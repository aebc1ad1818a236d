using System.Security.Cryptography.X509Certificates;

namespace Notify.FakeGateways.Smtp;

/// <summary>What a fake mail server offers and asks for. As it is, it takes everything from everybody.</summary>
public sealed record SmtpGatewayOptions
{
    /// <summary>The account that senders must log in with; null asks for none.</summary>
    public string? UserName { get; init; }

    /// <summary>The account's password.</summary>
    public string? Password { get; init; }

    /// <summary>The login mechanisms it offers.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = ["PLAIN", "LOGIN"];

    /// <summary>Proves who it is, by which it offers STARTTLS and takes mail only after; null for a server in clear.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether TLS begins with the first byte, instead of by STARTTLS.</summary>
    public bool IsTlsImplicit { get; init; }

    /// <summary>Whether it offers PIPELINING.</summary>
    public bool Pipelining { get; init; } = true;

    /// <summary>
    /// Whether it asks for the content of a message whose recipients it refused, as RFC 2920 section 3.1 allows.
    /// </summary>
    public bool AsksForContentAlways { get; init; }

    /// <summary>Whether it offers SMTPUTF8.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>The largest message that it takes, in bytes.</summary>
    public int MaxSize { get; init; } = 10 * 1024 * 1024;

    /// <summary>Whether messages are kept to be read, instead of counted only.</summary>
    public bool KeepsMessages { get; init; } = true;

    /// <summary>How long it takes to take a message over. It does so whether or not the client waits.</summary>
    public TimeSpan TakesFor { get; init; }

    /// <summary>Asked before each command is answered: what to do instead; null to answer it as it should be.</summary>
    public Func<SmtpCommand, SmtpMisbehavior?>? Misbehave { get; init; }
}

/// <summary>A line that a client sent.</summary>
/// <param name="Connection">Which connection it came over, counted from 1.</param>
/// <param name="Verb">The command in upper case; <c>CONNECT</c> for the connection itself, <c>.</c> for a message's end.</param>
/// <param name="Argument">What follows the verb.</param>
public sealed record SmtpCommand(int Connection, string Verb, string Argument);

/// <summary>What a server does that does not behave.</summary>
public sealed class SmtpMisbehavior
{
    private SmtpMisbehavior(string? reply, bool closes) => (Reply, Closes) = (reply, closes);

    /// <summary>Cuts the connection without a word.</summary>
    public static SmtpMisbehavior Close { get; } = new(null, closes: true);

    /// <summary>Says nothing, and waits for the client to go away.</summary>
    public static SmtpMisbehavior Stall { get; } = new(null, closes: false);

    internal string? Reply { get; }

    internal bool Closes { get; }

    /// <summary>Says something else; several lines are parted by CRLF.</summary>
    public static SmtpMisbehavior Answer(string reply) => new(reply, closes: false);

    /// <summary>Says something, and cuts the connection.</summary>
    public static SmtpMisbehavior AnswerAndClose(string reply) => new(reply, closes: true);
}

/// <summary>A message that was taken over.</summary>
/// <param name="Connection">Which connection it came over, counted from 1.</param>
/// <param name="Sender">The transaction's sender; empty for a bounce.</param>
/// <param name="Recipients">Its recipients.</param>
/// <param name="IsTls">Whether it came in TLS.</param>
/// <param name="Login">Who had logged in; null when nobody had.</param>
/// <param name="Content">Headers and body, without the stuffing of SMTP.</param>
public sealed record SmtpMessage(
    int Connection,
    string Sender,
    IReadOnlyList<string> Recipients,
    bool IsTls,
    string? Login,
    ReadOnlyMemory<byte> Content
);
