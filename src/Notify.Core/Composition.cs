using Microsoft.Extensions.DependencyInjection;

namespace Notify;

/// <summary>What the application registered, so that start can say what is missing or there twice.</summary>
internal sealed class Composition(IServiceCollection services)
{
    public IReadOnlyList<string> ImplementationsOf<TService>() =>
        [.. services.Where(service => service.ServiceType == typeof(TService)).Select(NameOf)];

    private static string NameOf(ServiceDescriptor service) =>
        service is DecoratedService decorated
            ? NameOf(decorated.Inner)
            : (
                service.ImplementationType
                ?? service.ImplementationInstance?.GetType()
                ?? service.ImplementationFactory?.Method.ReturnType
            )?.Name
                ?? "unnamed";
}
