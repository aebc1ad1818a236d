namespace Notify;

/// <summary>
/// The builder that extension methods such as <c>AddFcm</c> return. It configures the added provider, and is also a notifications
/// builder so that further calls can be chained.
/// </summary>
public interface INotificationProviderBuilder : INotificationsBuilder
{
    /// <summary>Gets the name of the provider, which is also the name of its options.</summary>
    string Name { get; }
}
