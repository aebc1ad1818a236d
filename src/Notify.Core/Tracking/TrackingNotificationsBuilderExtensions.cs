using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify;
using Notify.Core.Tracking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds tracking of opens and clicks.</summary>
public static class TrackingNotificationsBuilderExtensions
{
    /// <summary>
    /// Lets tenants track opens and clicks in the HTML of their email (<see cref="ITracking"/>). Nothing is tracked until a
    /// tenant switches it on. <c>MapNotifications()</c> handles the links.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the URL and the key.</param>
    public static INotificationsBuilder AddTracking(this INotificationsBuilder builder, Action<TrackingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<TrackingOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton<TrackingAdded>();
        return builder;
    }
}
