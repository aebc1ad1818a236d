using Microsoft.Extensions.DependencyInjection;

namespace Notify;

/// <summary>
/// The builder that <c>AddNotifications()</c> returns. Packages add providers, a store or a transport to it through extension
/// methods that return the same builder.
/// </summary>
public interface INotificationsBuilder
{
    /// <summary>Gets the service collection of the application.</summary>
    IServiceCollection Services { get; }
}
