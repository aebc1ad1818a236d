using System.Collections.ObjectModel;
using Microsoft.Extensions.DependencyInjection;

namespace Notify;

/// <summary>
/// The application's services as packages add to them. What is to stand before a service, as a cache before its store, does so in
/// whichever order the two are added.
/// </summary>
internal sealed class NotificationServices(IServiceCollection services)
    : Collection<ServiceDescriptor>(services),
        IServiceCollection
{
    public static NotificationServices Of(IServiceCollection services) => services as NotificationServices ?? new(services);

    public void Decorate(Decoration decoration)
    {
        services.AddSingleton(decoration);
        for (var i = services.Count - 1; i >= 0; i--)
            Decorate(i, decoration);
    }

    protected override void InsertItem(int index, ServiceDescriptor item)
    {
        base.InsertItem(index, item);
        foreach (var decoration in services.Select(service => service.ImplementationInstance).OfType<Decoration>().ToArray())
            Decorate(index, decoration);
    }

    private void Decorate(int index, Decoration decoration)
    {
        var service = services[index];
        if (service.IsKeyedService || service.ServiceType != decoration.Service)
            return;

        // Registered under itself, what is decorated is still the container's to make and to dispose of.
        if (service.ImplementationType is { } type)
            services.AddSingleton(type);
        services[index] = new DecoratedService(service, decoration);
    }
}

/// <summary>What is to stand before a service.</summary>
internal sealed record Decoration(Type Service, Func<IServiceProvider, object, object> Apply);

/// <summary>A service with something before it.</summary>
internal sealed class DecoratedService(ServiceDescriptor inner, Decoration decoration)
    : ServiceDescriptor(inner.ServiceType, provider => decoration.Apply(provider, Make(provider, inner)), inner.Lifetime)
{
    public ServiceDescriptor Inner => inner;

    private static object Make(IServiceProvider provider, ServiceDescriptor inner) =>
        inner.ImplementationInstance
        ?? inner.ImplementationFactory?.Invoke(provider)
        ?? provider.GetRequiredService(inner.ImplementationType!);
}
