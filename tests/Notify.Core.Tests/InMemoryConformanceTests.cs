using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;

namespace Notify.Core.Tests;

public sealed class InMemoryQueueConformanceTests : DeliveryQueueConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => InMemory.OpenAsync();
}

public sealed class InMemoryStoreConformanceTests : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => InMemory.OpenAsync();
}

public sealed class InMemoryQueueModelConformanceTests : DeliveryQueueModelConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => InMemory.OpenAsync();
}

public sealed class InMemoryRetentionConformanceTests : RetentionConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => InMemory.OpenAsync();
}

public sealed class InMemoryExpiryConformanceTests : ExpiryConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => InMemory.OpenAsync();
}

file static class InMemory
{
    public static ValueTask<ConformanceStore> OpenAsync() =>
        ConformanceStore.OpenAsync(notifications => notifications.UseInMemory());
}
