using System.Security.Cryptography.X509Certificates;

namespace Notify.FakeGateways.Smtp;

/// <summary>
/// The capabilities and requirements of a fake mail server. By default it accepts every message from every client.
/// </summary>
public sealed record SmtpGatewayOptions
{
    /// <summary>The user name that clients must log in with, or null if no login is needed.</summary>
    public string? UserName { get; init; }

    /// <summary>The password for <see cref="UserName"/>.</summary>
    public string? Password { get; init; }

    /// <summary>The login mechanisms that the server offers.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = ["PLAIN", "LOGIN"];

    /// <summary>
    /// The server's certificate. With one, the server offers STARTTLS and accepts mail only after it. Null for a server without
    /// TLS.
    /// </summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether TLS begins with the first byte instead of after STARTTLS.</summary>
    public bool IsTlsImplicit { get; init; }

    /// <summary>Whether the server offers PIPELINING.</summary>
    public bool Pipelining { get; init; } = true;

    /// <summary>
    /// Whether the server answers DATA with 354 even if it refused all recipients, as RFC 2920 section 3.1 allows.
    /// </summary>
    public bool AsksForContentAlways { get; init; }

    /// <summary>Whether the server offers SMTPUTF8.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>The size of the largest message that the server accepts, in bytes.</summary>
    public int MaxSize { get; init; } = 10 * 1024 * 1024;

    /// <summary>Whether messages are kept or only counted.</summary>
    public bool KeepsMessages { get; init; } = true;

    /// <summary>
    /// How long the server needs to accept a message. It accepts the message even if the client does not wait that long.
    /// </summary>
    public TimeSpan TakesFor { get; init; }

    /// <summary>Awaited before each message is accepted, for tests that decide when. Null for no wait.</summary>
    public Func<CancellationToken, Task>? BeforeAccepting { get; init; }

    /// <summary>
    /// Called before each command is answered. Returns what the server does instead, or null for the correct answer.
    /// </summary>
    public Func<SmtpCommand, SmtpMisbehavior?>? Misbehave { get; init; }
}

/// <summary>A command that a client sent.</summary>
/// <param name="Connection">The number of the connection, counted from 1.</param>
/// <param name="Verb">
/// The command in upper case, <c>CONNECT</c> for a new connection, or <c>.</c> for the end of a message.
/// </param>
/// <param name="Argument">The text after the verb.</param>
public sealed record SmtpCommand(int Connection, string Verb, string Argument);

/// <summary>The behavior of the server in place of the correct answer.</summary>
public sealed class SmtpMisbehavior
{
    private SmtpMisbehavior(string? reply, bool closes) => (Reply, Closes) = (reply, closes);

    /// <summary>Closes the connection without a reply.</summary>
    public static SmtpMisbehavior Close { get; } = new(null, closes: true);

    /// <summary>Sends no reply and waits for the client to close the connection.</summary>
    public static SmtpMisbehavior Stall { get; } = new(null, closes: false);

    internal string? Reply { get; }

    internal bool Closes { get; }

    /// <summary>Sends this reply. CRLF separates lines.</summary>
    public static SmtpMisbehavior Answer(string reply) => new(reply, closes: false);

    /// <summary>Sends this reply and closes the connection.</summary>
    public static SmtpMisbehavior AnswerAndClose(string reply) => new(reply, closes: true);
}

/// <summary>A message that the server accepted.</summary>
/// <param name="Connection">The number of the connection, counted from 1.</param>
/// <param name="Sender">The envelope sender. Empty for a bounce.</param>
/// <param name="Recipients">The envelope recipients.</param>
/// <param name="IsTls">Whether it was received over TLS.</param>
/// <param name="Login">The user who had logged in, or null for none.</param>
/// <param name="Content">The headers and the body, without dot-stuffing.</param>
public sealed record SmtpMessage(
    int Connection,
    string Sender,
    IReadOnlyList<string> Recipients,
    bool IsTls,
    string? Login,
    ReadOnlyMemory<byte> Content
);
