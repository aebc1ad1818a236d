using Notify.Providers;

namespace Notify;

/// <summary>
/// The users, their preferences and devices, and the subscribers of topics. All input is validated before it is stored. The HTTP
/// API is built on this interface, so both behave the same.
/// </summary>
public interface IRecipients
{
    /// <summary>Finds the profile of a user.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The profile with its version; null if the user has no profile.</returns>
    Task<Versioned<User>?> FindUserAsync(string tenant, string id, CancellationToken cancellationToken = default);

    /// <summary>Lists the profiles of a tenant in ordinal order of their IDs.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page to list.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The limit is invalid.</exception>
    Task<Page<User>> ListUsersAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>
    /// Saves the profile of a user, replacing any profile with the same tenant and ID. Preferences do not change: choices that
    /// the user made through a link or a reply remain, even if they were made before the profile existed.
    /// </summary>
    /// <param name="user">The profile.</param>
    /// <param name="precondition">The precondition. The check and the change are atomic.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The result, whose status is created, changed, unchanged or precondition failed, with a warning for each address that no
    /// channel of the application uses.
    /// </returns>
    /// <exception cref="InvalidRequestException">The profile is invalid. The exception lists every invalid field.</exception>
    Task<ChangeResult<User>> SaveUserAsync(
        User user,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>Updates the profile of a user atomically, so that concurrent changes are not lost.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="change">
    /// A function that computes the updated profile from the stored one, or returns null to leave it unchanged. It may be called
    /// more than once. The tenant and the ID cannot be changed.
    /// </param>
    /// <param name="precondition">The precondition.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The result, whose status is changed, unchanged, not found or precondition failed.</returns>
    /// <exception cref="InvalidRequestException">The updated profile is invalid. Nothing was changed.</exception>
    Task<ChangeResult<User>> UpdateUserAsync(
        string tenant,
        string id,
        Func<User, User?> change,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Removes a user together with the user's preferences, devices and subscriptions, even if only preferences are stored.
    /// Within minutes, a process whose <see cref="NotificationsOptions.Workers"/> include <see cref="Workers.Retention"/> cancels
    /// the user's waiting deliveries, and erases the addresses, content, attempts and receipts of those that have ended.
    /// </summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="precondition">The precondition on the profile.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>Removed, not found or precondition failed.</returns>
    Task<ChangeStatus> RemoveUserAsync(
        string tenant,
        string id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>Finds the preferences of a user. The user need not have a profile.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The preferences with their version; none if the user is not known.</returns>
    Task<Versioned<IReadOnlyList<Preference>>> FindPreferencesAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Changes preferences of a user and leaves the others as they are. A preference that already has the specified status keeps
    /// its source and time. The user need not have a profile: the preferences apply once it has one.
    /// </summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="changes">The changes, at most one for each combination of category and channel.</param>
    /// <param name="source">How the user made the choices.</param>
    /// <param name="precondition">The precondition on the preferences, which always exist.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The result, whose status is changed, unchanged or precondition failed.</returns>
    /// <exception cref="InvalidRequestException">A change is invalid. The exception lists every invalid field.</exception>
    Task<ChangeResult<IReadOnlyList<Preference>>> ChangePreferencesAsync(
        string tenant,
        string userId,
        IReadOnlyList<PreferenceChange> changes,
        PreferenceSource source,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Records that the recipient of a delivery opted out of its channel, such as by replying STOP to a text message. It is
    /// recorded as a preference of the user with the source <see cref="PreferenceSource.Reply"/>. For a phone number that
    /// belongs to no user, it is recorded as a preference of the number, whose user ID is <c>phone:</c> followed by the number
    /// in E.164 format. Nothing is recorded for other addresses that belong to no user.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task RecordOptOutAsync(Delivery delivery, CancellationToken cancellationToken = default);

    /// <summary>
    /// Registers a device, or updates its token, its user and the time it was last seen. The values of
    /// <see cref="Device.RegisteredAt"/> and <see cref="Device.LastSeenAt"/> in <paramref name="device"/> are replaced by the
    /// current time.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The device is invalid. The exception lists every invalid field.</exception>
    Task RegisterDeviceAsync(Device device, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes the locale and the time zone of a registered device. Unlike a registration, this does not count as activity of the
    /// app: <see cref="Device.LastSeenAt"/> does not change, and a pruned device stays pruned.
    /// </summary>
    /// <param name="device">The device with its registered token, and the new locale and time zone.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the device was changed; <see langword="false"/> if the user has no such device with this token.
    /// </returns>
    /// <exception cref="InvalidRequestException">The device is invalid. The exception lists every invalid field.</exception>
    Task<bool> UpdateDeviceAsync(Device device, CancellationToken cancellationToken = default);

    /// <summary>Finds a device of a user. Pruned devices are also found.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="id">The ID of the device.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The device; null if the user has no such device.</returns>
    Task<Device?> FindDeviceAsync(string tenant, string userId, string id, CancellationToken cancellationToken = default);

    /// <summary>Lists the devices of a user, including pruned devices.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task<IReadOnlyList<Device>> ListDevicesAsync(string tenant, string userId, CancellationToken cancellationToken = default);

    /// <summary>Removes a device of a user.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="id">The ID of the device.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the device was removed; <see langword="false"/> if the user has no such device.
    /// </returns>
    Task<bool> RemoveDeviceAsync(string tenant, string userId, string id, CancellationToken cancellationToken = default);

    /// <summary>Subscribes users to a topic. Users who are already subscribed are not affected.</summary>
    /// <param name="tenant">The tenant of the topic and the users.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="userIds">The IDs of the users. At most 10,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">
    /// The topic or a user ID is invalid. The exception lists every invalid field.
    /// </exception>
    Task SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken = default
    );

    /// <summary>Unsubscribes users from a topic. Users who are not subscribed are not affected.</summary>
    /// <param name="tenant">The tenant of the topic and the users.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="userIds">The IDs of the users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken = default
    );

    /// <summary>Lists the IDs of the subscribers of a topic in ordinal order.</summary>
    /// <param name="tenant">The tenant of the topic.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="page">The page to list. It must not have a prefix.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<string>> ListSubscribersAsync(
        string tenant,
        string topic,
        PageRequest page,
        CancellationToken cancellationToken = default
    );

    /// <summary>Counts the subscribers of a topic.</summary>
    /// <param name="tenant">The tenant of the topic.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task<long> CountSubscribersAsync(string tenant, string topic, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the names of the topics of a tenant in ordinal order, including those that no longer have subscribers.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page to list.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The limit is invalid.</exception>
    Task<Page<string>> ListTopicsAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Validates a profile. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="user">The profile.</param>
    /// <returns>The errors; empty if the profile is valid.</returns>
    IReadOnlyList<FieldError> Validate(User user);

    /// <summary>Finds the addresses of a valid profile that no channel of the application uses.</summary>
    /// <param name="user">The profile.</param>
    /// <returns>The warnings; empty if there are none.</returns>
    IReadOnlyList<FieldWarning> FindWarnings(User user);

    /// <summary>Validates a device. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="device">The device.</param>
    /// <returns>The errors; empty if the device is valid.</returns>
    IReadOnlyList<FieldError> Validate(Device device);

    /// <summary>
    /// Validates changes of preferences. A front end can use this method to report these errors together with its own.
    /// </summary>
    /// <param name="changes">The changes.</param>
    /// <returns>The errors; empty if the changes are valid.</returns>
    IReadOnlyList<FieldError> Validate(IReadOnlyList<PreferenceChange> changes);

    /// <summary>
    /// Finds the valid changes of preferences that concern a channel which no provider of the application serves.
    /// </summary>
    /// <param name="changes">The changes.</param>
    /// <returns>The warnings; empty if there are none.</returns>
    IReadOnlyList<FieldWarning> FindWarnings(IReadOnlyList<PreferenceChange> changes);
}
