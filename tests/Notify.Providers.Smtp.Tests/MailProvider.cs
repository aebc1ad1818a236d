global using MailOptions = Notify.Providers.Smtp.SmtpOptions;
global using MailSecurity = Notify.Providers.Smtp.SmtpSecurity;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Smtp.Tests;

/// <summary>The provider that the tests of every mail provider run against here: the one with a wire of its own.</summary>
internal static class MailProvider
{
    public const string Name = "smtp";

    public const string LoginRefused = "535 5.7.8 authentication credentials invalid: the server refused the login";

    public const string NoStartTls = "the server does not offer STARTTLS";

    public static void Add(INotificationsBuilder notifications, Action<MailOptions> configure) =>
        notifications.AddSmtp(configure);
}
