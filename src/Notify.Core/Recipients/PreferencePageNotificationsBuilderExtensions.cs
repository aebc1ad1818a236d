using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify;
using Notify.Core.Recipients;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the page on which users change their preferences.</summary>
public static class PreferencePageNotificationsBuilderExtensions
{
    /// <summary>
    /// Lets users change their preferences on a page behind a signed link, which templates show as
    /// <c>recipient.preferencesUrl</c> and <see cref="IPreferenceLinks"/> creates. <c>MapNotifications()</c> serves the page.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the URL, the key and the categories.</param>
    public static INotificationsBuilder AddPreferencePage(
        this INotificationsBuilder builder,
        Action<PreferencePageOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<PreferencePageOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton<PreferencePageAdded>();
        return builder;
    }
}
