namespace Notify;

/// <summary>
/// The builder that extensions such as <c>AddFcm</c> return: it configures the provider that was added, and is a notifications
/// builder, so that further calls can follow.
/// </summary>
public interface INotificationProviderBuilder : INotificationsBuilder
{
    /// <summary>Gets the provider's name, by which its options are named.</summary>
    string Name { get; }
}
