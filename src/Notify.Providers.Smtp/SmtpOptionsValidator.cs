using System.Net;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Smtp;

/// <summary>
/// What annotations cannot say. It is apart from the options because an options' own <c>Validate</c> is skipped while an
/// annotation is violated, and a start should name every mistake at once.
/// </summary>
internal sealed class SmtpOptionsValidator : IValidateOptions<SmtpOptions>
{
    /// <summary>The 64 characters of RFC 5321 section 4.5.3.1.1, less a plus sign and an id's digits.</summary>
    private const int MaxBounceLength = 64 - 33;

    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        string[] failures = [.. HostFailures(options), .. LoginFailures(options), .. MailboxFailures(options)];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"SMTP provider '{name}': {failure}"));
    }

    private static IEnumerable<string> HostFailures(SmtpOptions options)
    {
        if (!string.IsNullOrEmpty(options.Host) && Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
            yield return $"{nameof(options.Host)} is no host name or IP address.";
    }

    private static IEnumerable<string> LoginFailures(SmtpOptions options)
    {
        if (string.IsNullOrEmpty(options.UserName) != string.IsNullOrEmpty(options.Password))
            yield return $"Set both {nameof(options.UserName)} and {nameof(options.Password)}, or neither.";
        if (options.Security == SmtpSecurity.None && !string.IsNullOrEmpty(options.UserName) && !IsLoopback(options.Host))
        {
            yield return $"{nameof(options.Security)} is {nameof(SmtpSecurity.None)}, so the password would travel in clear; "
                + $"use {nameof(SmtpSecurity.StartTls)}, or a server on this machine.";
        }
    }

    private static IEnumerable<string> MailboxFailures(SmtpOptions options)
    {
        if (!string.IsNullOrEmpty(options.From) && !IsMailbox(options.From))
            yield return $"{nameof(options.From)} is no mailbox; write it as name@example.org.";
        if (options.ReplyTo is not null && !IsMailbox(options.ReplyTo))
            yield return $"{nameof(options.ReplyTo)} is no mailbox; write it as name@example.org.";
        if (options.BounceAddress is not null && !IsBounceAddress(options.BounceAddress))
        {
            yield return $"{nameof(options.BounceAddress)} is no mailbox of at most {MaxBounceLength} characters before its @; "
                + "write it as bounces@example.org.";
        }

        if (options.FromName?.Any(char.IsControl) == true)
            yield return $"{nameof(options.FromName)} has a control character.";
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsMailbox(string text) => EmailAddress.TryParse(text, out var mailbox) && !mailbox.NeedsUtf8;

    private static bool IsBounceAddress(string text) =>
        EmailAddress.TryParse(text, out var mailbox)
        && mailbox is { NeedsUtf8: false, LocalPart: { Length: <= MaxBounceLength } and not ['"', ..] };
}
