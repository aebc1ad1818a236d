namespace Notify;

/// <summary>The directory of users, devices and topic subscriptions. All input is validated before it is stored.</summary>
public interface IRecipientDirectory
{
    /// <summary>Saves a user, replacing any user with the same tenant and ID.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The result, with a warning for each address that no channel of the application uses.</returns>
    /// <exception cref="InvalidRequestException">The user is invalid. The exception lists every invalid field.</exception>
    Task<SaveUserResult> SaveUserAsync(User user, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a user together with the user's devices and subscriptions. Within minutes, a process whose
    /// <see cref="NotificationsOptions.Workers"/> include <see cref="Workers.Retention"/> cancels the user's waiting deliveries,
    /// and erases the addresses, content, attempts and receipts of those that have ended.
    /// </summary>
    /// <param name="id">The ID of the user.</param>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns><see langword="true"/> if the user was removed; <see langword="false"/> if the user does not exist.</returns>
    Task<bool> RemoveUserAsync(string id, string tenant = Trigger.DefaultTenant, CancellationToken cancellationToken = default);

    /// <summary>
    /// Registers a device, or updates its token, its user and the time it was last seen. The values of
    /// <see cref="Device.RegisteredAt"/> and <see cref="Device.LastSeenAt"/> in <paramref name="device"/> are replaced by the
    /// current time.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The device is invalid. The exception lists every invalid field.</exception>
    Task RegisterDeviceAsync(Device device, CancellationToken cancellationToken = default);

    /// <summary>Removes a device of a user.</summary>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="id">The ID of the device.</param>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the device was removed; <see langword="false"/> if the user has no such device.
    /// </returns>
    Task<bool> RemoveDeviceAsync(
        string userId,
        string id,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    );

    /// <summary>Subscribes users to a topic.</summary>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="userIds">The IDs of the users. At most 10,000.</param>
    /// <param name="tenant">The tenant of the topic and the users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">
    /// The topic or a user ID is invalid. The exception lists every invalid field.
    /// </exception>
    Task SubscribeAsync(
        string topic,
        IReadOnlyList<string> userIds,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    );

    /// <summary>Validates a user. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="user">The user.</param>
    /// <returns>The errors; empty if the user is valid.</returns>
    IReadOnlyList<FieldError> Validate(User user);

    /// <summary>Finds the addresses of a valid user that no channel of the application uses.</summary>
    /// <param name="user">The user.</param>
    /// <returns>The warnings; empty if there are none.</returns>
    IReadOnlyList<FieldWarning> FindWarnings(User user);

    /// <summary>Validates a device. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="device">The device.</param>
    /// <returns>The errors; empty if the device is valid.</returns>
    IReadOnlyList<FieldError> Validate(Device device);
}
