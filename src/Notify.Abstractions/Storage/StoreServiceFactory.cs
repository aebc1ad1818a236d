using Microsoft.Extensions.DependencyInjection;

namespace Notify.Storage;

/// <summary>
/// Creates a service of a store and applies its decorations. They are resolved when the container creates the service, so the
/// order of registrations does not matter.
/// </summary>
/// <typeparam name="TService">The service.</typeparam>
/// <param name="implementation">The type that implements it.</param>
/// <param name="create">Creates the service without its decorations.</param>
internal sealed class StoreServiceFactory<TService>(Type implementation, Func<IServiceProvider, TService> create)
    : IStoreServiceFactory
    where TService : class
{
    public Type Implementation => implementation;

    public TService Create(IServiceProvider services) =>
        services
            .GetServices<ServiceDecoration<TService>>()
            .Aggregate(create(services), (service, decoration) => decoration.Apply(services, service));
}

/// <summary>The factory of a store's service. It identifies the registrations that decorations apply to.</summary>
internal interface IStoreServiceFactory
{
    /// <summary>Gets the type that implements the service.</summary>
    Type Implementation { get; }
}
