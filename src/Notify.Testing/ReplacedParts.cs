using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Core.InMemory;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Testing;

/// <summary>
/// Removes the store, the transport, the providers and the client that an application registered, with the services behind them,
/// so that a test neither connects to anything nor needs their settings.
/// </summary>
internal static class ReplacedParts
{
    private static readonly string[] Packages = ["Notify.Client", "Notify.Providers.Sandbox", "Notify.Testing"];
    private static readonly string[] Families = ["Notify.Storage.", "Notify.Transport."];

    /// <summary>
    /// Their other services, such as the endpoints for receipts, still work, so only their options are not checked.
    /// </summary>
    private const string ProviderFamily = "Notify.Providers.";

    public static void RemoveFrom(IServiceCollection services)
    {
        for (var i = services.Count - 1; i >= 0; i--)
        {
            if (IsReplaced(services[i]))
                services.RemoveAt(i);
        }
    }

    private static bool IsReplaced(ServiceDescriptor service)
    {
        Type[] types = [.. GetTypes(service).SelectMany(WithArguments)];
        return IsStoreService(service)
            || IsProvider(service, types)
            || IsProviderValidation(service)
            || types.Any(type => IsOfReplacedPackage(GetPackage(type)));
    }

    private static bool IsStoreService(ServiceDescriptor service) =>
        service.ServiceType == typeof(SharedStoreMarker)
        || service.ServiceType.Namespace == typeof(InMemoryStore).Namespace
        || (!service.IsKeyedService && service.ImplementationFactory?.Target is IStoreServiceFactory)
        || (!service.IsKeyedService && service.ImplementationInstance is IServiceDecoration);

    // The inbox is a provider of the engine itself.
    private static bool IsProvider(ServiceDescriptor service, Type[] types) =>
        (service.ServiceType == typeof(IDeliveryProvider) || service.ServiceType == typeof(IProviderRules))
        && types.All(type => type.Assembly != typeof(InMemoryStore).Assembly);

    private static bool IsProviderValidation(ServiceDescriptor service) =>
        service.ServiceType.IsGenericType
        && service.ServiceType.GetGenericTypeDefinition() == typeof(IValidateOptions<>)
        && GetPackage(service.ServiceType.GetGenericArguments()[0]).StartsWith(ProviderFamily, StringComparison.Ordinal);

    private static bool IsOfReplacedPackage(string package) =>
        Packages.Contains(package) || Families.Any(family => package.StartsWith(family, StringComparison.Ordinal));

    private static string GetPackage(Type type) => type.Assembly.GetName().Name ?? "";

    private static IEnumerable<Type> GetTypes(ServiceDescriptor service)
    {
        var (type, instance, factory) = service.IsKeyedService
            ? (
                service.KeyedImplementationType,
                service.KeyedImplementationInstance,
                (Delegate?)service.KeyedImplementationFactory
            )
            : (service.ImplementationType, service.ImplementationInstance, service.ImplementationFactory);
        Type?[] types =
        [
            service.ServiceType,
            type,
            instance?.GetType(),
            factory?.Method.DeclaringType,
            factory?.Method.ReturnType,
            factory?.Target?.GetType(),
        ];
        return types.OfType<Type>();
    }

    // The options of a package are an argument of the types that configure and validate them.
    private static IEnumerable<Type> WithArguments(Type type) =>
        type.GetGenericArguments().SelectMany(WithArguments).Prepend(type);
}
