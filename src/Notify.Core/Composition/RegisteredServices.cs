using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Core.Composition;

/// <summary>The application's registrations, by which the start finds what is missing, doubled, or not decorated.</summary>
internal sealed class RegisteredServices(IServiceCollection services)
{
    /// <summary>Gets the full names of the types that implement a service of a store.</summary>
    public IReadOnlyList<string> GetImplementations<TService>() =>
        [
            .. GetRegistrations(typeof(TService)).Select(registration => registration.Implementation.FullName!),
            .. GetDirectRegistrations(typeof(TService)).Select(GetName),
        ];

    /// <summary>Gets the services that have decorations, and whose last registration is one that they do not apply to.</summary>
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

    // AddStoreService leaves one descriptor per registration, made by a factory of its own class.
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
