namespace Notify.Storage;

/// <summary>A decoration of a store's service; see <c>Decorate</c> of the notifications builder.</summary>
/// <typeparam name="TService">The decorated service.</typeparam>
/// <param name="Apply">Creates the decorated service from the application's services and the service to decorate.</param>
internal sealed record ServiceDecoration<TService>(Func<IServiceProvider, TService, TService> Apply) : IServiceDecoration
    where TService : class
{
    public Type Service => typeof(TService);
}

/// <summary>A decoration, whatever service it is for.</summary>
internal interface IServiceDecoration
{
    /// <summary>Gets the type of the decorated service.</summary>
    Type Service { get; }
}
