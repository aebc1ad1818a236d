using Notify;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts something before what a package brings.</summary>
public static class DecorationNotificationsBuilderExtensions
{
    /// <summary>
    /// Puts something before a service, such as a cache before a store: whoever asks for the service gets what
    /// <paramref name="decorate"/> makes of it. The service may have been added before, or be added to the builder after. Of two
    /// decorations the later one stands in front.
    /// </summary>
    /// <typeparam name="TService">The service, such as <see cref="Notify.Recipients.IUserStore"/>. A singleton.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="decorate">
    /// Makes what stands in front, once, of the application's services and of what it stands before.
    /// </param>
    public static INotificationsBuilder Decorate<TService>(
        this INotificationsBuilder builder,
        Func<IServiceProvider, TService, TService> decorate
    )
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(decorate);
        NotificationServices
            .Of(builder.Services)
            .Decorate(new Decoration(typeof(TService), (provider, service) => decorate(provider, (TService)service)));
        return builder;
    }
}
