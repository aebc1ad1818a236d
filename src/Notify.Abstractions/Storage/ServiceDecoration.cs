namespace Notify.Storage;

/// <summary>A decoration of a store service; see <c>Decorate</c> of the notifications builder.</summary>
/// <typeparam name="TService">The type of the decorated service.</typeparam>
/// <param name="Apply">
/// A function that creates the decorated service from the application's services and the service to decorate.
/// </param>
internal sealed record ServiceDecoration<TService>(Func<IServiceProvider, TService, TService> Apply) : IServiceDecoration
    where TService : class
{
    public Type Service => typeof(TService);
}

/// <summary>A decoration of a service of any type.</summary>
internal interface IServiceDecoration
{
    /// <summary>Gets the type of the decorated service.</summary>
    Type Service { get; }
}
