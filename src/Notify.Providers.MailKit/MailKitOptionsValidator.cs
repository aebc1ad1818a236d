using System.Net;
using Microsoft.Extensions.Options;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>
/// Validates the rules that annotations cannot express. It is not the <c>Validate</c> method of the options, because that method
/// is skipped if an annotation is violated, and all errors should be reported at once.
/// </summary>
internal sealed class MailKitOptionsValidator : IValidateOptions<MailKitOptions>
{
    private const int LongestBounceLocalPart = 31;

    public ValidateOptionsResult Validate(string? name, MailKitOptions options)
    {
        string[] failures =
        [
            .. HostFailures(options),
            .. LoginFailures(options),
            .. MailboxFailures(options),
            .. DkimFailures(options.Dkim),
        ];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"MailKit provider '{name}': {failure}"));
    }

    private static IEnumerable<string> HostFailures(MailKitOptions options)
    {
        if (!string.IsNullOrEmpty(options.Host) && Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
            yield return $"{nameof(options.Host)} is not a valid host name or IP address.";
        if (options.Proxy is { } proxy && !MailProxy.IsSupported(proxy))
            yield return $"{nameof(options.Proxy)} is not a valid proxy URL; "
                + "use the form socks5://host:port or http://host:port.";
    }

    private static IEnumerable<string> LoginFailures(MailKitOptions options)
    {
        var hasUser = !string.IsNullOrEmpty(options.UserName);
        var hasPassword = !string.IsNullOrEmpty(options.Password);
        var hasToken = options.AccessToken is not null;
        if (hasPassword && hasToken)
            yield return $"Set {nameof(options.Password)} or {nameof(options.AccessToken)}, not both.";
        else if (hasUser != (hasPassword || hasToken))
            yield return $"Set {nameof(options.UserName)} with {nameof(options.Password)} "
                + $"or {nameof(options.AccessToken)}, or none.";
        if (options.Security == MailKitSecurity.None && hasUser && !IsLoopback(options.Host))
        {
            yield return $"{nameof(options.Security)} is {nameof(MailKitSecurity.None)}, "
                + "so the credentials would be sent in plain text; use TLS, or a server on this machine.";
        }
    }

    private static IEnumerable<string> MailboxFailures(MailKitOptions options)
    {
        if (!string.IsNullOrEmpty(options.From) && !MessageComposer.IsMailbox(options.From))
            yield return $"{nameof(options.From)} is not a valid email address; use the form name@example.org.";
        if (options.ReplyTo is not null && !MessageComposer.IsMailbox(options.ReplyTo))
            yield return $"{nameof(options.ReplyTo)} is not a valid email address; use the form name@example.org.";
        if (options.FromName?.Any(char.IsControl) == true)
            yield return $"{nameof(options.FromName)} contains a control character.";
        foreach (var sender in options.AllowedFrom.Where(sender => !MailRules.IsSenderPattern(sender)))
        {
            yield return $"{nameof(options.AllowedFrom)} contains '{sender}'; "
                + "use an address such as shop@example.org or a domain such as @example.org.";
        }
        if (options.BounceAddress is { } bounces && !IsBounceMailbox(bounces))
            yield return $"{nameof(options.BounceAddress)} is not a valid email address with "
                + $"1 to {LongestBounceLocalPart} characters before the @.";
    }

    private static IEnumerable<string> DkimFailures(DkimOptions? dkim)
    {
        if (dkim is null)
            yield break;
        if (Uri.CheckHostName(dkim.Domain) != UriHostNameType.Dns)
            yield return "Dkim.Domain is not a valid domain.";
        if (Uri.CheckHostName(dkim.Selector) != UriHostNameType.Dns)
            yield return "Dkim.Selector is not a valid part of a domain name.";
        if (MessageSigner.FindKeyProblem(dkim.PrivateKeyFile) is { } problem)
            yield return $"Dkim.PrivateKeyFile {problem}.";
    }

    private static bool IsBounceMailbox(string text) =>
        MessageComposer.IsMailbox(text) && text.LastIndexOf('@') <= LongestBounceLocalPart;

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
