using Notify.Core.Providers;
using Notify.Core.Retention;
using Notify.Core.Validation;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>Validates users, devices and subscriptions, and saves them in the store.</summary>
internal sealed class RecipientDirectory(
    IUserStore users,
    IDeviceStore devices,
    ITopicStore topics,
    IErasureStore erasures,
    ErasureWorker eraser,
    ProviderRules rules,
    ProviderCatalog catalog,
    PlatformRules platforms,
    PhoneNumberRules phones,
    IEnumerable<IDeviceEventSink> sinks,
    TimeProvider time
) : IRecipientDirectory
{
    private const int MaxAddresses = 16;
    private const int MaxPreferences = 1_000;
    private const int MaxSubscribersAtOnce = 10_000;

    public async Task<SaveUserResult> SaveUserAsync(User user, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(user));
        await users.SaveAsync([phones.Normalize(user)], cancellationToken).ConfigureAwait(false);
        return new SaveUserResult { Warnings = FindWarnings(user) };
    }

    // The erasure is recorded first. A crash between the two leaves a user who can be removed again; in the reverse order it
    // could leave deliveries that are never erased.
    public async Task<bool> RemoveUserAsync(
        string id,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    )
    {
        if ((await users.FindAsync(tenant, [id], cancellationToken).ConfigureAwait(false)).Count == 0)
            return false;

        await erasures.RequestAsync(new Erasure(tenant, id, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        var removed = await users.RemoveAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        eraser.Wake();
        return removed;
    }

    public async Task RegisterDeviceAsync(Device device, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(device));
        var now = time.GetUtcNow();
        await devices
            .RegisterAsync(
                device with
                {
                    RegisteredAt = now,
                    LastSeenAt = now,
                    PrunedAt = null,
                    PruneReason = null,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        Publish(DeviceEventKind.Registered, device);
    }

    public async Task<bool> RemoveDeviceAsync(
        string userId,
        string id,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    )
    {
        var theirs = await devices.ListAsync(tenant, userId, cancellationToken).ConfigureAwait(false);
        if (
            theirs.FirstOrDefault(device => device.Id == id) is not { } device
            || !await devices.RemoveAsync(tenant, userId, id, cancellationToken).ConfigureAwait(false)
        )
        {
            return false;
        }

        Publish(DeviceEventKind.Removed, device);
        return true;
    }

    public async Task SubscribeAsync(
        string topic,
        IReadOnlyList<string> userIds,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(userIds);
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", tenant);
        Names.Check(errors, "topic", topic);
        if (userIds.Count is 0 or > MaxSubscribersAtOnce)
            errors.Add(new FieldError("userIds", $"Give 1 to {MaxSubscribersAtOnce} user ids."));
        for (var i = 0; i < userIds.Count; i++)
            Names.Check(errors, $"userIds[{i}]", userIds[i]);
        InvalidRequestException.ThrowIfAny(errors);
        await topics.SubscribeAsync(tenant, topic, userIds, cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<FieldError> Validate(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", user.Tenant);
        Names.Check(errors, "id", user.Id);
        LanguageTag.Check(errors, "locale", user.Locale);
        CheckTimeZone(errors, user.TimeZone);
        if (user.QuietHours is { } quiet && quiet.From == quiet.To)
            errors.Add(new FieldError("quietHours.to", "quietHours.from and quietHours.to must differ."));
        CheckAddresses(errors, user);
        CheckPreferences(errors, user);
        return errors;
    }

    public IReadOnlyList<FieldWarning> FindWarnings(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return
        [
            .. user
                .Addresses.Keys.Where(name => catalog.Channels.All(channel => channel.AddressName != name))
                .Select(name => new FieldWarning
                {
                    Field = $"addresses.{name}",
                    Code = FieldWarning.NoChannel,
                    Message =
                        $"No provider of this application sends to '{name}'. The address is saved, but nothing is sent to it.",
                }),
        ];
    }

    public IReadOnlyList<FieldError> Validate(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", device.Tenant);
        Names.Check(errors, "id", device.Id);
        Names.Check(errors, "userId", device.UserId);
        if (device.App is not null)
            Names.Check(errors, "app", device.App);
        if (platforms.FindError(device.Platform) is { } platformError)
            errors.Add(new FieldError("platform", platformError));
        if (rules.FindAddressError(GetAddress(device)) is { } tokenError)
            errors.Add(new FieldError("token", tokenError));
        LanguageTag.Check(errors, "locale", device.Locale);
        CheckTimeZone(errors, device.TimeZone);
        return errors;
    }

    private static Address GetAddress(Device device) => new(Channel.Push, device.Token, device.Platform, device.App);

    private void Publish(DeviceEventKind kind, Device device)
    {
        foreach (var sink in sinks)
            sink.Publish(DeviceEvent.Create(kind, device, time.GetUtcNow()));
    }

    private static void CheckTimeZone(List<FieldError> errors, string? timeZone)
    {
        if (timeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _))
            errors.Add(new FieldError("timeZone", "This is not an IANA time zone. Write it as Europe/Stockholm."));
    }

    private void CheckAddresses(List<FieldError> errors, User user)
    {
        if (user.Addresses.Count > MaxAddresses)
            errors.Add(new FieldError("addresses", $"Give at most {MaxAddresses} addresses."));
        foreach (var (name, address) in user.Addresses)
        {
            if (name == Channel.Sms.Name)
                errors.Add(new FieldError($"addresses.{name}", "Use phone. The channel is sms, and its address is phone."));
            else if (!TryParseAddressName(name, out var channel))
                errors.Add(
                    new FieldError(
                        $"addresses.{name}",
                        "This is not a valid address name. Use email, phone, webhook or the name of a custom channel."
                    )
                );
            else if (channel == Channel.Push)
                errors.Add(new FieldError($"addresses.{name}", "Push goes to devices. Register a device instead."));
            else if (rules.FindAddressError(new Address(channel, address)) is { } error)
                errors.Add(new FieldError($"addresses.{name}", error));
        }
    }

    private static bool TryParseAddressName(string name, out Channel channel)
    {
        channel = Channel.Sms;
        return name == channel.AddressName || Channel.TryParse(name, out channel);
    }

    private static void CheckPreferences(List<FieldError> errors, User user)
    {
        if (user.Preferences.Count > MaxPreferences)
            errors.Add(new FieldError("preferences", $"Give at most {MaxPreferences} preferences."));
        for (var i = 0; i < user.Preferences.Count; i++)
        {
            if (user.Preferences[i].Category is { } category)
                Names.Check(errors, $"preferences[{i}].category", category);
        }
    }
}
