using Microsoft.Extensions.DependencyInjection;

namespace Notify;

/// <summary>
/// What <c>AddNotifications()</c> returns: the place where packages attach providers, a store and a transport
/// by extension methods that return the same builder.
/// </summary>
public interface INotificationsBuilder
{
    /// <summary>The application's services, to which extensions add theirs.</summary>
    IServiceCollection Services { get; }
}
