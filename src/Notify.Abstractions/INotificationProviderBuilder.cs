namespace Notify;

/// <summary>
/// Configures a provider that was added by an extension method such as <c>AddFcm</c>. It is also a notifications builder, so that
/// further calls can be chained.
/// </summary>
public interface INotificationProviderBuilder : INotificationsBuilder
{
    /// <summary>Gets the name of the provider, which is also the name of its options.</summary>
    string Name { get; }
}
