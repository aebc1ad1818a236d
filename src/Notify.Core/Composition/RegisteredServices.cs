using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Core.Composition;

/// <summary>
/// The application's registrations. Validation at start uses them to find services that are missing, registered twice, or not
/// decorated.
/// </summary>
internal sealed class RegisteredServices(IServiceCollection services)
{
    /// <summary>Gets the full names of the types that implement a service.</summary>
    public IReadOnlyList<string> GetImplementations<TService>() => [.. GetRegistrations(typeof(TService)).Select(GetName)];

    /// <summary>Gets the services that have decorations and whose registration in use is one that they do not apply to.</summary>
    public IEnumerable<Type> GetUndecorated() =>
        services
            .Select(descriptor => descriptor.IsKeyedService ? null : descriptor.ImplementationInstance)
            .OfType<IServiceDecoration>()
            .Select(decoration => decoration.Service)
            .Distinct()
            .Where(service => GetRegistrations(service).LastOrDefault() is { } inUse && GetFactory(inUse) is null);

    private IEnumerable<ServiceDescriptor> GetRegistrations(Type service) =>
        services.Where(descriptor => descriptor.ServiceType == service && !descriptor.IsKeyedService);

    private static IStoreServiceFactory? GetFactory(ServiceDescriptor descriptor) =>
        descriptor.ImplementationFactory?.Target as IStoreServiceFactory;

    private static string GetName(ServiceDescriptor descriptor) =>
        (
            GetFactory(descriptor)?.Implementation
            ?? descriptor.ImplementationType
            ?? descriptor.ImplementationInstance?.GetType()
            ?? descriptor.ImplementationFactory?.Method.ReturnType
        )?.FullName
        ?? "unnamed";
}
