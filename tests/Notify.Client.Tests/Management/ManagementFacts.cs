using Microsoft.Extensions.DependencyInjection;

namespace Notify.Client.Tests.Management;

/// <summary>A service and an application that calls it, which all tests of a class share. Each test has its own tenant.</summary>
public sealed class ManagementFixture : IAsyncLifetime
{
    internal Service Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await Service.StartAsync();
        await Service.StartClientAsync();
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

/// <summary>
/// Facts about the interfaces that manage Notify, which hold in an application that embeds it and in one that calls a service.
/// </summary>
public abstract class ManagementFacts(ManagementFixture fixture, bool isRemote) : IClassFixture<ManagementFixture>
{
    protected string Tenant { get; } = $"t-{Guid.NewGuid():N}";

    private protected Service Service => fixture.Service;

    protected T Get<T>()
        where T : notnull => (isRemote ? Service.Application : Service.Embedded).GetRequiredService<T>();

    protected static async Task<string[]> FindFieldsAsync(Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(call);
        return [.. exception.Errors.Select(error => $"{error.Field} {error.Code}").Order(StringComparer.Ordinal)];
    }
}
