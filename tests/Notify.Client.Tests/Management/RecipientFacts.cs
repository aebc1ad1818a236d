using System.Text.Json;

namespace Notify.Client.Tests.Management;

/// <summary>The users, their preferences and devices, and the topics.</summary>
public abstract class RecipientFacts(ManagementFixture fixture, bool isRemote) : ManagementFacts(fixture, isRemote)
{
    private IRecipients Recipients => Get<IRecipients>();

    [Fact]
    public async Task A_profile_is_found_as_it_was_saved()
    {
        var user = Ada with
        {
            Locale = "sv-SE",
            TimeZone = "Europe/Stockholm",
            QuietHours = new QuietHours(new TimeOnly(22, 0), new TimeOnly(7, 30)),
            Properties = JsonElement.Parse("""{"plan":"pro","nested":[1,null]}"""),
        };

        var saved = await Recipients.SaveUserAsync(user);
        var found = await Recipients.FindUserAsync(Tenant, user.Id);

        Assert.Equal((ChangeStatus.Created, found!.Version), (saved.Status, saved.Version));
        Assert.Equal(JsonSerializer.Serialize(user), JsonSerializer.Serialize(found.Value));
        Assert.Null(await Recipients.FindUserAsync(Tenant, "nobody/there"));
    }

    [Fact]
    public async Task A_precondition_that_does_not_hold_changes_nothing()
    {
        var first = await Recipients.SaveUserAsync(Ada, Precondition.DoesNotExist);
        var again = await Recipients.SaveUserAsync(Ada, Precondition.DoesNotExist);
        var changed = await Recipients.SaveUserAsync(Ada with { Locale = "sv" }, Precondition.HasVersion(first.Version!));
        var late = await Recipients.SaveUserAsync(Ada with { Locale = "de" }, Precondition.HasVersion(first.Version!));
        var removed = await Recipients.RemoveUserAsync(Tenant, Ada.Id, Precondition.HasVersion(first.Version!));

        Assert.Equal(
            [
                ChangeStatus.Created,
                ChangeStatus.PreconditionFailed,
                ChangeStatus.Changed,
                ChangeStatus.PreconditionFailed,
                ChangeStatus.PreconditionFailed,
            ],
            [first.Status, again.Status, changed.Status, late.Status, removed]
        );
        Assert.Equal("sv", (await Recipients.FindUserAsync(Tenant, Ada.Id))!.Value.Locale);
        Assert.Equal(ChangeStatus.Removed, await Recipients.RemoveUserAsync(Tenant, Ada.Id));
        Assert.Equal(ChangeStatus.NotFound, await Recipients.RemoveUserAsync(Tenant, Ada.Id));
    }

    [Fact]
    public async Task Concurrent_updates_are_not_lost()
    {
        await Recipients.SaveUserAsync(Ada with { Addresses = new Dictionary<string, string>() });
        string[] channels = ["email", "phone", "webhook"];
        string[] addresses = ["ada@example.org", "+46701234567", "https://example.org/hook"];

        await Task.WhenAll(
            channels
                .Zip(addresses)
                .Select(pair =>
                    Recipients.UpdateUserAsync(Tenant, Ada.Id, user =>
                        user with
                        {
                            Addresses = new Dictionary<string, string>(user.Addresses) { [pair.First] = pair.Second },
                        }
                    )
                )
        );
        var unchanged = await Recipients.UpdateUserAsync(Tenant, Ada.Id, _ => null);
        var missing = await Recipients.UpdateUserAsync(Tenant, "nobody", user => user);

        var found = await Recipients.FindUserAsync(Tenant, Ada.Id);
        Assert.Equal(addresses.Order(), found!.Value.Addresses.Values.Order());
        Assert.Equal((ChangeStatus.Unchanged, ChangeStatus.NotFound), (unchanged.Status, missing.Status));
    }

    [Fact]
    public async Task Users_are_listed_page_by_page()
    {
        foreach (var id in (string[])["a", "b c/d", "b&e", "c"])
            await Recipients.SaveUserAsync(Ada with { Id = id });

        var first = await Recipients.ListUsersAsync(Tenant, new PageRequest { Limit = 2 });
        var second = await Recipients.ListUsersAsync(Tenant, new PageRequest { Limit = 2, After = first.Next! });
        var prefixed = await Recipients.ListUsersAsync(Tenant, new PageRequest { Prefix = "b" });

        Assert.Equal(["a", "b c/d", "b&e", "c"], first.Items.Concat(second.Items).Select(user => user.Id));
        Assert.Null(second.Next);
        Assert.Equal(["b c/d", "b&e"], prefixed.Items.Select(user => user.Id));
        Assert.Equal(
            ["limit out_of_range"],
            await FindFieldsAsync(() => Recipients.ListUsersAsync(Tenant, new PageRequest { Limit = 0 }))
        );
    }

    [Fact]
    public async Task Every_invalid_field_is_named()
    {
        var user = Ada with
        {
            Addresses = new Dictionary<string, string> { ["email"] = "no address" },
            TimeZone = "Mars",
        };

        Assert.Equal(
            ["addresses.email invalid_address", "timeZone invalid"],
            await FindFieldsAsync(() => Recipients.SaveUserAsync(user))
        );
        Assert.Equal(
            ["userIds[1] required"],
            await FindFieldsAsync(() => Recipients.SubscribeAsync(Tenant, "news", ["ada", ""]))
        );
    }

    [Fact]
    public async Task Preferences_are_changed_one_by_one()
    {
        var before = await Recipients.FindPreferencesAsync(Tenant, Ada.Id);
        PreferenceChange[] changes =
        [
            new()
            {
                Category = "news",
                Channel = Channel.Email,
                Status = PreferenceStatus.OptedOut,
            },
        ];

        var result = await Recipients.ChangePreferencesAsync(
            Tenant,
            Ada.Id,
            changes,
            PreferenceSource.Import,
            Precondition.HasVersion(before.Version)
        );
        var late = await Recipients.ChangePreferencesAsync(
            Tenant,
            Ada.Id,
            changes,
            PreferenceSource.Api,
            Precondition.HasVersion(before.Version)
        );

        var found = await Recipients.FindPreferencesAsync(Tenant, Ada.Id);
        var preference = Assert.Single(found.Value);
        Assert.Equal(
            ("news", Channel.Email, PreferenceStatus.OptedOut, PreferenceSource.Import),
            (preference.Category, preference.Channel, preference.Status, preference.Source)
        );
        Assert.Equal((ChangeStatus.Changed, found.Version), (result.Status, result.Version));
        Assert.Equal(found.Value, result.Value);
        Assert.Equal(ChangeStatus.PreconditionFailed, late.Status);
    }

    [Fact]
    public async Task A_device_is_registered_updated_and_removed()
    {
        var device = new Device
        {
            Tenant = Tenant,
            UserId = Ada.Id,
            Id = "phone 1",
            Platform = Platform.Android,
            Token = new string('t', 64),
            App = "shop",
        };
        await Recipients.RegisterDeviceAsync(device);

        var isUpdated = await Recipients.UpdateDeviceAsync(device with { Locale = "sv" });
        var isOther = await Recipients.UpdateDeviceAsync(device with { Token = new string('u', 64) });

        var found = await Recipients.FindDeviceAsync(Tenant, Ada.Id, device.Id);
        Assert.Equal((true, false), (isUpdated, isOther));
        Assert.Equal(("shop", "sv", Platform.Android), (found!.App, found.Locale, found.Platform));
        Assert.Equal(found, Assert.Single(await Recipients.ListDevicesAsync(Tenant, Ada.Id)));
        Assert.True(await Recipients.RemoveDeviceAsync(Tenant, Ada.Id, device.Id));
        Assert.False(await Recipients.RemoveDeviceAsync(Tenant, Ada.Id, device.Id));
        Assert.Null(await Recipients.FindDeviceAsync(Tenant, Ada.Id, device.Id));
    }

    [Fact]
    public async Task Subscribers_are_counted_and_listed()
    {
        await Recipients.SubscribeAsync(Tenant, "news/sport", ["ada", "bob", "eve"]);
        await Recipients.UnsubscribeAsync(Tenant, "news/sport", ["bob"]);

        var page = await Recipients.ListSubscribersAsync(Tenant, "news/sport", new PageRequest { Limit = 1 });

        Assert.Equal(2, await Recipients.CountSubscribersAsync(Tenant, "news/sport"));
        Assert.Equal(("ada", "ada"), (Assert.Single(page.Items), page.Next));
        Assert.Equal(["news/sport"], (await Recipients.ListTopicsAsync(Tenant, new PageRequest())).Items);
    }

    private User Ada =>
        new()
        {
            Tenant = Tenant,
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
        };
}

/// <summary>The recipients of an application that embeds Notify.</summary>
public sealed class EmbeddedRecipientTests(ManagementFixture fixture) : RecipientFacts(fixture, isRemote: false);

/// <summary>The recipients of a service.</summary>
public sealed class RemoteRecipientTests(ManagementFixture fixture) : RecipientFacts(fixture, isRemote: true);
