using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify.Conformance.Storage;

namespace Notify.Conformance.Tests;

/// <summary>Wraps one part of a correct store in a faulty one.</summary>
internal static class StoreFault
{
    public static ValueTask<ConformanceStore> OpenAsync<TService>(Func<TService, TService> fault)
        where TService : class =>
        ConformanceStore.OpenAsync(notifications =>
        {
            notifications.UseInMemory();
            var right = notifications.Services.Single(service => service.ServiceType == typeof(TService));
            notifications.Services.Replace(ServiceDescriptor.Singleton(services => fault((TService)Create(right, services))));
        });

    private static object Create(ServiceDescriptor right, IServiceProvider services) =>
        right.ImplementationFactory?.Invoke(services) ?? ActivatorUtilities.CreateInstance(services, right.ImplementationType!);
}

internal sealed class QueueSuite<TService>(Func<TService, TService> fault) : DeliveryQueueConformance
    where TService : class
{
    protected override ValueTask<ConformanceStore> OpenAsync() => StoreFault.OpenAsync(fault);
}

internal sealed class StoreSuite<TService>(Func<TService, TService> fault) : StoreConformance
    where TService : class
{
    protected override ValueTask<ConformanceStore> OpenAsync() => StoreFault.OpenAsync(fault);
}

internal sealed class RetentionSuite<TService>(Func<TService, TService> fault) : RetentionConformance
    where TService : class
{
    protected override ValueTask<ConformanceStore> OpenAsync() => StoreFault.OpenAsync(fault);
}

internal sealed class DurabilitySuite : DurabilityConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() =>
        ConformanceStore.OpenAsync(notifications => notifications.UseInMemory());
}

internal sealed class ModelSuite<TService>(Func<TService, TService> fault, (ulong Seed, ulong Gamma)? replay = null)
    : DeliveryQueueModelConformance
    where TService : class
{
    protected override (ulong Seed, ulong Gamma)? Replay => replay;

    protected override ValueTask<ConformanceStore> OpenAsync() => StoreFault.OpenAsync(fault);
}
