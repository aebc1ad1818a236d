using Notify.Core.Events;
using Notify.Core.Providers;
using Notify.Core.Retention;
using Notify.Core.Templates;
using Notify.Core.Validation;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>
/// Validates users, preferences, devices and subscriptions, and saves them in the store. This part validates.
/// </summary>
internal sealed partial class RecipientDirectory(
    IUserStore users,
    IDeviceStore devices,
    ITopicStore topics,
    IErasureStore erasures,
    ErasureWorker eraser,
    OptOuts optOuts,
    ProviderRules rules,
    ProviderCatalog catalog,
    PlatformRules platforms,
    PhoneNumberRules phones,
    DeviceEvents events,
    TimeProvider time
) : IRecipients
{
    internal const int MaxAddresses = 16;
    internal const int MaxPreferences = 1_000;
    internal const int MaxSubscribersAtOnce = 10_000;
    private const int MaxPropertiesKibibytes = 16;

    public IReadOnlyList<FieldError> Validate(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", user.Tenant);
        Names.Check(errors, "id", user.Id);
        LanguageTag.Check(errors, "locale", user.Locale);
        TimeZoneName.Check(errors, "timeZone", user.TimeZone);
        if (user.QuietHours is { } quiet && quiet.From == quiet.To)
            errors.Add(
                new FieldError("quietHours.to", FieldErrorCodes.Conflict, "quietHours.from and quietHours.to must differ.")
            );
        CheckAddresses(errors, user);
        CheckProperties(errors, user);
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
            errors.Add(new FieldError("platform", FieldErrorCodes.Unsupported, platformError));
        if (rules.FindAddressError(GetAddress(device)) is { } tokenError)
            errors.Add(new FieldError("token", FieldErrorCodes.InvalidAddress, tokenError));
        LanguageTag.Check(errors, "locale", device.Locale);
        TimeZoneName.Check(errors, "timeZone", device.TimeZone);
        return errors;
    }

    public IReadOnlyList<FieldError> Validate(IReadOnlyList<PreferenceChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var errors = new List<FieldError>();
        if (changes.Count > MaxPreferences)
            errors.Add(new FieldError("items", FieldErrorCodes.TooMany, $"Use at most {MaxPreferences} preferences."));
        var seen = new HashSet<(string?, Channel?)>();
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i].Category is { } category)
                Names.Check(errors, $"items[{i}].category", category);
            if (changes[i].Channel is { Name: "" })
                errors.Add(
                    new FieldError(
                        $"items[{i}].channel",
                        FieldErrorCodes.Required,
                        "Use the name of a channel, or omit this field for every channel."
                    )
                );
            if (changes[i].Status is { } status && !Enum.IsDefined(status))
                errors.Add(new FieldError($"items[{i}].status", FieldErrorCodes.Unsupported, "Use optedIn or optedOut."));
            if (!seen.Add((changes[i].Category, changes[i].Channel)))
                errors.Add(
                    new FieldError(
                        $"items[{i}]",
                        FieldErrorCodes.Conflict,
                        "There is more than one change for this category and channel."
                    )
                );
        }

        return errors;
    }

    private static Address GetAddress(Device device) =>
        new(Channel.Push, device.Token) { Platform = device.Platform, App = device.App };

    private void CheckAddresses(List<FieldError> errors, User user)
    {
        if (user.Addresses.Count > MaxAddresses)
            errors.Add(new FieldError("addresses", FieldErrorCodes.TooMany, $"Use at most {MaxAddresses} addresses."));
        foreach (var (name, address) in user.Addresses)
        {
            if (name == Channel.Sms.Name)
                errors.Add(
                    new FieldError(
                        $"addresses.{name}",
                        FieldErrorCodes.Invalid,
                        "Use phone. The channel is sms, and its address is phone."
                    )
                );
            else if (!TryParseAddressName(name, out var channel))
                errors.Add(
                    new FieldError(
                        $"addresses.{name}",
                        FieldErrorCodes.Invalid,
                        "This is not a valid address name. Use email, phone, webhook or the name of a custom channel."
                    )
                );
            else if (channel == Channel.Push)
                errors.Add(
                    new FieldError(
                        $"addresses.{name}",
                        FieldErrorCodes.NotAllowed,
                        "Push goes to devices. Register a device instead."
                    )
                );
            else if (channel == Channel.Inbox)
                errors.Add(
                    new FieldError(
                        $"addresses.{name}",
                        FieldErrorCodes.NotAllowed,
                        "Every user has an inbox. It needs no address."
                    )
                );
            else if (rules.FindAddressError(new Address(channel, address)) is { } error)
                errors.Add(new FieldError($"addresses.{name}", FieldErrorCodes.InvalidAddress, error));
        }
    }

    private static void CheckProperties(List<FieldError> errors, User user)
    {
        if (user.Properties is not { } properties)
            return;
        if (JsonBounds.FindError(properties, MaxPropertiesKibibytes) is { } error)
        {
            errors.Add(new FieldError("properties", FieldErrorCodes.Invalid, error));
            return;
        }

        foreach (var name in RecipientModel.ReservedNames.Where(name => properties.TryGetProperty(name, out _)))
            errors.Add(
                new FieldError($"properties.{name}", FieldErrorCodes.NotAllowed, "This name is reserved. Use another name.")
            );
    }

    private static bool TryParseAddressName(string name, out Channel channel)
    {
        channel = Channel.Sms;
        return name == channel.AddressName || Channel.TryParse(name, out channel);
    }
}
