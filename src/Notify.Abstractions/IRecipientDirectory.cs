namespace Notify;

/// <summary>The application's way to say who can be notified, and where. Everything is checked before it is stored.</summary>
public interface IRecipientDirectory
{
    /// <summary>Keeps a user in place of the one with the same tenant and id.</summary>
    /// <exception cref="InvalidRequestException">The user is wrong; the exception names every wrong field.</exception>
    Task SaveUserAsync(User user, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a user with its devices and subscriptions; false when the user does not exist. Within minutes, a process whose
    /// <see cref="NotificationsOptions.Workers"/> include <see cref="Workers.Retention"/> cancels the user's waiting deliveries
    /// and erases the addresses, content, attempts and receipts of those that have ended.
    /// </summary>
    Task<bool> RemoveUserAsync(string id, string tenant = Trigger.DefaultTenant, CancellationToken cancellationToken = default);

    /// <summary>
    /// Registers a device, or refreshes its token, its user or when it was last seen; <see cref="Device.RegisteredAt"/> and
    /// <see cref="Device.LastSeenAt"/> are set to now.
    /// </summary>
    /// <exception cref="InvalidRequestException">The device is wrong; the exception names every wrong field.</exception>
    Task RegisterDeviceAsync(Device device, CancellationToken cancellationToken = default);

    /// <summary>Forgets a user's device; false when the user has no such device.</summary>
    Task<bool> RemoveDeviceAsync(
        string userId,
        string id,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    );

    /// <summary>Subscribes users to a topic, at most 10,000 at once.</summary>
    /// <exception cref="InvalidRequestException">
    /// The topic or a user id is wrong; the exception names every wrong field.
    /// </exception>
    Task SubscribeAsync(
        string topic,
        IReadOnlyList<string> userIds,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// What is wrong with the user, or nothing. For a front end that has errors of its own to tell at the same time.
    /// </summary>
    IReadOnlyList<FieldError> Validate(User user);

    /// <summary>What is wrong with the device, or nothing.</summary>
    IReadOnlyList<FieldError> Validate(Device device);
}
