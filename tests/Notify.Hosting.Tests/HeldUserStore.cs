using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Hosting.Tests;

/// <summary>Forwards all calls to the in-memory store, but holds those about one tenant until the test releases them.</summary>
internal class HeldUserStore : DispatchProxy
{
    private IUserStore _inner = null!;
    private string _tenant = "";
    private ManualResetEventSlim _isReleased = null!;

    public static void Add(IServiceCollection services, string tenant, ManualResetEventSlim isReleased)
    {
        var registered = services.Last(service => service.ServiceType == typeof(IUserStore));
        services.Remove(registered);
        services.AddSingleton(provider =>
        {
            var store = Create<IUserStore, HeldUserStore>();
            var held = (HeldUserStore)(object)store;
            held._inner = (IUserStore)registered.ImplementationFactory!(provider);
            (held._tenant, held._isReleased) = (tenant, isReleased);
            return store;
        });
    }

    protected override object? Invoke(MethodInfo? method, object?[]? arguments)
    {
        var isAboutTenant = arguments![0] is IReadOnlyList<User> users
            ? users.Any(user => user.Tenant == _tenant)
            : _tenant.Equals(arguments[0]);
        if (isAboutTenant)
            _isReleased.Wait(CancellationToken.None);
        return method!.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }
}
