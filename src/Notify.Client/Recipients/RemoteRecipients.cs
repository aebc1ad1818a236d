using Notify.Client.Calls;
using Notify.Providers;

namespace Notify.Client.Recipients;

/// <summary>The users, their preferences and devices, and the subscribers of topics of a service.</summary>
internal sealed class RemoteRecipients(ServiceCalls service) : IRecipients
{
    private readonly RemoteUsers _users = new(service);
    private readonly RemotePreferences _preferences = new(service);
    private readonly RemoteDevices _devices = new(service);
    private readonly RemoteTopics _topics = new(service);

    public Task<Versioned<User>?> FindUserAsync(string tenant, string id, CancellationToken cancellationToken = default) =>
        _users.FindAsync(tenant, id, cancellationToken);

    public Task<Page<User>> ListUsersAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default) =>
        _users.ListAsync(tenant, page, cancellationToken);

    public Task<ChangeResult<User>> SaveUserAsync(
        User user,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    ) => _users.SaveAsync(user, precondition, cancellationToken);

    public Task<ChangeResult<User>> UpdateUserAsync(
        string tenant,
        string id,
        Func<User, User?> change,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    ) => _users.UpdateAsync(tenant, id, change, precondition, cancellationToken);

    public Task<ChangeStatus> RemoveUserAsync(
        string tenant,
        string id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    ) => _users.RemoveAsync(tenant, id, precondition, cancellationToken);

    public Task<Versioned<IReadOnlyList<Preference>>> FindPreferencesAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken = default
    ) => _preferences.FindAsync(tenant, userId, cancellationToken);

    public Task<ChangeResult<IReadOnlyList<Preference>>> ChangePreferencesAsync(
        string tenant,
        string userId,
        IReadOnlyList<PreferenceChange> changes,
        PreferenceSource source,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    ) => _preferences.ChangeAsync(tenant, userId, new PreferencesBody(changes, source), precondition, cancellationToken);

    public Task RecordOptOutAsync(Delivery delivery, CancellationToken cancellationToken = default) =>
        throw Remote.CreateNotSupported(
            "The service records the opt-outs that its providers report. Call ChangePreferencesAsync for the user."
        );

    public Task RegisterDeviceAsync(Device device, CancellationToken cancellationToken = default) =>
        _devices.RegisterAsync(device, cancellationToken);

    public Task<bool> UpdateDeviceAsync(Device device, CancellationToken cancellationToken = default) =>
        _devices.UpdateAsync(device, cancellationToken);

    public Task<Device?> FindDeviceAsync(
        string tenant,
        string userId,
        string id,
        CancellationToken cancellationToken = default
    ) => _devices.FindAsync(tenant, userId, id, cancellationToken);

    public Task<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken = default
    ) => _devices.ListAsync(tenant, userId, cancellationToken);

    public Task<bool> RemoveDeviceAsync(string tenant, string userId, string id, CancellationToken cancellationToken = default) =>
        _devices.RemoveAsync(tenant, userId, id, cancellationToken);

    public Task SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken = default
    ) => _topics.SubscribeAsync(tenant, topic, userIds, cancellationToken);

    public Task UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken = default
    ) => _topics.UnsubscribeAsync(tenant, topic, userIds, cancellationToken);

    public Task<Page<string>> ListSubscribersAsync(
        string tenant,
        string topic,
        PageRequest page,
        CancellationToken cancellationToken = default
    ) => _topics.ListSubscribersAsync(tenant, topic, page, cancellationToken);

    public Task<long> CountSubscribersAsync(string tenant, string topic, CancellationToken cancellationToken = default) =>
        _topics.CountAsync(tenant, topic, cancellationToken);

    public Task<Page<string>> ListTopicsAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default) =>
        _topics.ListAsync(tenant, page, cancellationToken);

    // The rules depend on the channels and the settings of the service, which validates every call.
    public IReadOnlyList<FieldError> Validate(User user) => [];

    public IReadOnlyList<FieldWarning> FindWarnings(User user) => [];

    public IReadOnlyList<FieldError> Validate(Device device) => [];

    public IReadOnlyList<FieldError> Validate(IReadOnlyList<PreferenceChange> changes) => [];

    public IReadOnlyList<FieldWarning> FindWarnings(IReadOnlyList<PreferenceChange> changes) => [];
}
