using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Core.Composition;

/// <summary>Inspects the application's registrations for services that are missing, duplicated or not decorated.</summary>
internal sealed class RegisteredServices(IServiceCollection services)
{
    /// <summary>Gets the full names of the types that are registered for a service of a store.</summary>
    public IReadOnlyList<string> GetImplementations<TService>() =>
        [
            .. GetRegistrations(typeof(TService)).Select(registration => registration.Implementation.FullName!),
            .. GetDirectRegistrations(typeof(TService)).Select(GetName),
        ];

    /// <summary>
    /// Gets the services that have decorations and were registered in a way that the decorations do not apply to.
    /// </summary>
    public IEnumerable<Type> GetUndecorated() =>
        services
            .Select(service => service.ImplementationInstance)
            .OfType<IServiceDecoration>()
            .Select(decoration => decoration.Service)
            .Distinct()
            .Where(service => GetDirectRegistrations(service).Any());

    private IEnumerable<StoreServiceRegistration> GetRegistrations(Type service) =>
        services
            .Select(descriptor => descriptor.IsKeyedService ? null : descriptor.ImplementationInstance)
            .OfType<StoreServiceRegistration>()
            .Where(registration => registration.Service == service);

    // AddStoreService adds one descriptor per registration, with a factory that is declared in its class.
    private IEnumerable<ServiceDescriptor> GetDirectRegistrations(Type service) =>
        services.Where(descriptor =>
            descriptor.ServiceType == service
            && !descriptor.IsKeyedService
            && descriptor.ImplementationFactory?.Method.DeclaringType?.DeclaringType
                != typeof(StoreNotificationsBuilderExtensions)
        );

    private static string GetName(ServiceDescriptor service) =>
        (
            service.ImplementationType
            ?? service.ImplementationInstance?.GetType()
            ?? service.ImplementationFactory?.Method.ReturnType
        )?.FullName
        ?? "unnamed";
}
