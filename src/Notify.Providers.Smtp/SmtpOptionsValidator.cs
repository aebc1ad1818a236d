using System.Net;
using Microsoft.Extensions.Options;
using Notify.Providers.Mail;

namespace Notify.Providers.Smtp;

/// <summary>
/// Validates the rules that annotations cannot express. It is not the <c>Validate</c> method of the options, because that method
/// is skipped if an annotation is violated, and all errors should be reported at once.
/// </summary>
internal sealed class SmtpOptionsValidator : IValidateOptions<SmtpOptions>
{
    /// <summary>The limit of 64 characters (RFC 5321 section 4.5.3.1.1) minus the plus sign and the 32 digits of an id.</summary>
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
            yield return $"{nameof(options.Host)} is not a valid host name or IP address.";
    }

    private static IEnumerable<string> LoginFailures(SmtpOptions options)
    {
        if (string.IsNullOrEmpty(options.UserName) != string.IsNullOrEmpty(options.Password))
            yield return $"Set both {nameof(options.UserName)} and {nameof(options.Password)}, or neither.";
        if (options.Security == SmtpSecurity.None && !string.IsNullOrEmpty(options.UserName) && !IsLoopback(options.Host))
        {
            yield return $"{nameof(options.Security)} is {nameof(SmtpSecurity.None)}, "
                + $"so the password would be sent in plain text; "
                + $"use {nameof(SmtpSecurity.StartTls)}, or a server on this machine.";
        }
    }

    private static IEnumerable<string> MailboxFailures(SmtpOptions options)
    {
        if (!string.IsNullOrEmpty(options.From) && !IsMailbox(options.From))
            yield return $"{nameof(options.From)} is not a valid email address; use the form name@example.org.";
        if (options.ReplyTo is not null && !IsMailbox(options.ReplyTo))
            yield return $"{nameof(options.ReplyTo)} is not a valid email address; use the form name@example.org.";
        if (options.BounceAddress is not null && !IsBounceAddress(options.BounceAddress))
        {
            yield return $"{nameof(options.BounceAddress)} is not a valid email address "
                + $"with at most {MaxBounceLength} characters before the @; use the form bounces@example.org.";
        }

        if (options.FromName?.Any(char.IsControl) == true)
            yield return $"{nameof(options.FromName)} contains a control character.";
        foreach (var sender in options.AllowedFrom.Where(sender => !MailRules.IsSenderPattern(sender)))
        {
            yield return $"{nameof(options.AllowedFrom)} contains '{sender}'; "
                + "use an address such as shop@example.org or a domain such as @example.org.";
        }
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsMailbox(string text) => EmailAddress.TryParse(text, out var mailbox) && !mailbox.NeedsUtf8;

    private static bool IsBounceAddress(string text) =>
        EmailAddress.TryParse(text, out var mailbox)
        && mailbox is { NeedsUtf8: false, LocalPart: { Length: <= MaxBounceLength } and not ['"', ..] };
}
