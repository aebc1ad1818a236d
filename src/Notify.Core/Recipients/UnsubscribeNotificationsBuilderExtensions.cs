using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify;
using Notify.Core.Recipients;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds unsubscribe links.</summary>
public static class UnsubscribeNotificationsBuilderExtensions
{
    /// <summary>
    /// Lets users unsubscribe with a link. Email providers add it to the header that mail programs show as a button (RFC 8058),
    /// and <c>MapNotifications()</c> handles its requests.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the URL and the key.</param>
    public static INotificationsBuilder AddUnsubscribeLinks(
        this INotificationsBuilder builder,
        Action<UnsubscribeOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<UnsubscribeOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton<UnsubscribeLinksAdded>();
        return builder;
    }
}
