namespace Notify.Conformance.Storage;

/// <summary>This part tests devices and their tokens.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Every_field_of_a_device_is_stored()
    {
        var device = new Device
        {
            Tenant = Tenant,
            Id = "installation/1 ☀",
            UserId = "användare",
            Platform = Platform.Web,
            Token = """{"endpoint":"https://push.example.org/ä"}""",
            App = "org.example.app",
            Locale = "sv-SE",
            TimeZone = "Asia/Tokyo",
            RegisteredAt = Now.AddDays(-1),
            LastSeenAt = Now,
        };

        await Store.Devices.RegisterAsync(device, Cancellation);

        Assert.Equal(device, Assert.Single(await Store.Devices.FindAsync(Tenant, [device.UserId], Cancellation)));
    }

    [Fact]
    public async Task Devices_of_several_users_are_found_in_one_call()
    {
        await RegisterAsync("d1", "u");
        await RegisterAsync("d2", "u");
        await RegisterAsync("d3", "v");
        await RegisterAsync("d4", "w");
        await RegisterAsync("d5", "u", tenant: OtherTenant);

        Assert.Equal(["d1", "d2", "d3"], await FindDeviceIdsAsync("u", "v", "unknown"));
        Assert.Equal(
            ["d1", "d2"],
            (await Store.Devices.ListAsync(Tenant, "u", Cancellation)).Select(device => device.Id).Order()
        );
    }

    [Fact]
    public async Task A_rotated_token_keeps_the_device()
    {
        await RegisterAsync("d", "u", "token-1", Now);

        await RegisterAsync("d", "u", "token-2", Now.AddDays(1));

        var device = Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
        Assert.Equal(("d", "token-2", Now.AddDays(1)), (device.Id, device.Token, device.RegisteredAt));
        Assert.False(await PruneAsync("token-1", Now.AddDays(2)));
    }

    [Fact]
    public async Task Registering_the_same_token_again_keeps_the_time_of_its_first_registration()
    {
        await RegisterAsync("d", "u", "token", Now);

        await RegisterAsync("d", "u", "token", Now.AddDays(1));

        var device = Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
        Assert.Equal((Now, Now.AddDays(1)), (device.RegisteredAt, device.LastSeenAt));
    }

    [Fact]
    public async Task Two_users_can_have_devices_with_the_same_id()
    {
        await RegisterAsync("phone-1", "u", "token-1");
        await RegisterAsync("phone-1", "v", "token-2");

        var (ofU, ofV) = (await ListDevicesAsync("u"), await ListDevicesAsync("v"));
        Assert.Equal(("phone-1", "token-1"), (Assert.Single(ofU).Id, ofU[0].Token));
        Assert.Equal(("phone-1", "token-2"), (Assert.Single(ofV).Id, ofV[0].Token));

        Assert.True(await Store.Devices.RemoveAsync(Tenant, "v", "phone-1", Cancellation));
        Assert.Single(await ListDevicesAsync("u"));
        Assert.Empty(await ListDevicesAsync("v"));
    }

    [Fact]
    public async Task A_token_that_registers_for_another_user_moves_to_that_user()
    {
        await RegisterAsync("d", "u", "token", Now);
        await RegisterAsync("other", "u", "token-2", Now);

        await RegisterAsync("d", "v", "token", Now.AddDays(1));

        Assert.Equal(["other"], (await ListDevicesAsync("u")).Select(device => device.Id));
        var device = Assert.Single(await ListDevicesAsync("v"));
        Assert.Equal((Now.AddDays(1), Now.AddDays(1)), (device.RegisteredAt, device.LastSeenAt));
    }

    [Fact]
    public async Task Two_apps_can_have_the_same_token()
    {
        await RegisterAsync("d1", "u", "token", app: "shop");
        await RegisterAsync("d2", "v", "token", app: "news");
        await RegisterAsync("d3", "w", "token");

        Assert.True(await PruneAsync("token", Now.AddDays(1), app: "news"));
        Assert.Equal(["d1", "d3"], await FindDeviceIdsAsync("u", "v", "w"));
        Assert.True(await PruneAsync("token", Now.AddDays(1)));
        Assert.Equal(["d1"], await FindDeviceIdsAsync("u", "v", "w"));
    }

    [Fact]
    public async Task A_token_belongs_to_the_device_that_registered_it_last()
    {
        await RegisterAsync("d1", "u", "token");
        await RegisterAsync("d1", "u", "token", tenant: OtherTenant);

        await RegisterAsync("d2", "v", "token");

        Assert.Empty(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
        Assert.Equal(["d2"], await FindDeviceIdsAsync("u", "v"));
        Assert.Single(await Store.Devices.ListAsync(OtherTenant, "u", Cancellation));
    }

    [Fact]
    public async Task Exactly_one_of_several_devices_that_concurrently_register_one_token_keeps_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => RegisterAsync($"d{i}", "u", "token"))));

        Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
    }

    [Fact]
    public async Task A_dead_token_is_pruned_once()
    {
        await RegisterAsync("d", "u", "token");

        Assert.True(await PruneAsync("token", Now.AddSeconds(1)));

        Assert.Empty(await FindDeviceIdsAsync("u"));
        var listed = Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
        Assert.Equal((Now.AddSeconds(1), "avregistrerad"), (listed.PrunedAt, listed.PruneReason));
        Assert.False(await PruneAsync("token", Now.AddSeconds(2)));
        Assert.Equal(listed, Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation)));
    }

    [Fact]
    public async Task Exactly_one_of_16_concurrent_prunings_succeeds()
    {
        await RegisterAsync("d", "u", "token");

        var pruned = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => PruneAsync("token", Now))));

        Assert.Equal(1, pruned.Count(answer => answer));
    }

    [Fact]
    public async Task A_token_that_was_registered_after_its_reported_death_is_not_pruned()
    {
        await RegisterAsync("d", "u", "token", Now);

        Assert.False(await PruneAsync("token", Now.AddMilliseconds(-1)));

        Assert.Equal(["d"], await FindDeviceIdsAsync("u"));
        Assert.True(await PruneAsync("token", Now));
    }

    [Fact]
    public async Task A_token_that_was_registered_again_after_its_reported_death_is_not_pruned()
    {
        await RegisterAsync("d", "u", "token", Now);
        await RegisterAsync("d", "u", "token", Now.AddDays(1));

        Assert.False(await PruneAsync("token", Now.AddHours(1)));

        Assert.Equal(["d"], await FindDeviceIdsAsync("u"));
        Assert.True(await PruneAsync("token", Now.AddDays(1)));
    }

    [Fact]
    public async Task An_unknown_token_or_one_of_another_tenant_is_not_pruned()
    {
        await RegisterAsync("d", "u", "token", tenant: OtherTenant);

        Assert.False(await PruneAsync("token", Now.AddDays(1)));
        Assert.Single(await Store.Devices.FindAsync(OtherTenant, ["u"], Cancellation));
    }

    [Fact]
    public async Task A_pruned_device_is_revived_by_a_later_registration_of_the_same_token()
    {
        await RegisterAsync("d", "u", "token", Now);
        await PruneAsync("token", Now.AddSeconds(2));

        await RegisterAsync("d", "u", "token", Now.AddSeconds(1));
        Assert.Empty(await FindDeviceIdsAsync("u"));
        Assert.Equal("avregistrerad", Assert.Single(await ListDevicesAsync("u")).PruneReason);
        await RegisterAsync("d", "u", "token", Now.AddSeconds(2));
        Assert.Empty(await FindDeviceIdsAsync("u"));

        await RegisterAsync("d", "u", "token", Now.AddSeconds(3));
        var device = Assert.Single(await Store.Devices.FindAsync(Tenant, ["u"], Cancellation));
        Assert.Equal((Now, Now.AddSeconds(3)), (device.RegisteredAt, device.LastSeenAt));
        Assert.Equal((null, null), (device.PrunedAt, device.PruneReason));
        Assert.True(await PruneAsync("token", Now.AddSeconds(4)));
    }

    [Fact]
    public async Task A_pruned_device_is_revived_by_another_token()
    {
        await RegisterAsync("d", "u", "token-1", Now);
        await PruneAsync("token-1", Now.AddSeconds(4));

        await RegisterAsync("d", "u", "token-2", Now.AddSeconds(3));
        var device = Assert.Single(await Store.Devices.FindAsync(Tenant, ["u"], Cancellation));
        Assert.Equal((Now.AddSeconds(3), null, null), (device.RegisteredAt, device.PrunedAt, device.PruneReason));
    }

    [Fact]
    public async Task A_removed_device_is_not_found()
    {
        await RegisterAsync("d", "u");

        Assert.False(await Store.Devices.RemoveAsync(OtherTenant, "u", "d", Cancellation));
        Assert.False(await Store.Devices.RemoveAsync(Tenant, "v", "d", Cancellation));
        Assert.True(await Store.Devices.RemoveAsync(Tenant, "u", "d", Cancellation));
        Assert.False(await Store.Devices.RemoveAsync(Tenant, "u", "d", Cancellation));

        Assert.Empty(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
    }

    [Fact]
    public async Task An_update_changes_only_the_locale_and_time_zone_of_the_device_with_that_token()
    {
        await RegisterAsync("d", "u", "token-1");
        await PruneAsync("token-1", Now.AddDays(1));
        var before = Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
        var wanted = before with { Locale = "pt-BR", TimeZone = "Europe/Stockholm" };

        Assert.False(await Store.Devices.UpdateAsync(wanted with { Token = "token-2" }, Cancellation));
        Assert.False(await Store.Devices.UpdateAsync(wanted with { Id = "e" }, Cancellation));
        Assert.False(await Store.Devices.UpdateAsync(wanted with { UserId = "v" }, Cancellation));
        Assert.False(await Store.Devices.UpdateAsync(wanted with { Tenant = OtherTenant }, Cancellation));
        Assert.Equal(before, Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation)));

        Assert.True(await Store.Devices.UpdateAsync(wanted with { LastSeenAt = Now.AddDays(2), PrunedAt = null }, Cancellation));
        Assert.Equal(wanted, Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation)));

        var cleared = wanted with { Locale = null, TimeZone = null };
        Assert.True(await Store.Devices.UpdateAsync(cleared, Cancellation));
        Assert.Equal(cleared, Assert.Single(await Store.Devices.ListAsync(Tenant, "u", Cancellation)));
    }

    private async Task RegisterAsync(
        string id,
        string userId,
        string? token = null,
        DateTimeOffset? at = null,
        string tenant = Tenant,
        string? app = null
    ) =>
        await Store.Devices.RegisterAsync(
            new Device
            {
                Tenant = tenant,
                Id = id,
                UserId = userId,
                Platform = Platform.Android,
                Token = token ?? $"token-of-{id}",
                App = app,
                RegisteredAt = at ?? Now,
                LastSeenAt = at ?? Now,
            },
            Cancellation
        );

    private async Task<bool> PruneAsync(string token, DateTimeOffset knownDeadAt, string? app = null) =>
        await Store.Devices.PruneAsync(Tenant, app, token, "avregistrerad", knownDeadAt, Cancellation);

    private async Task<IReadOnlyList<Device>> ListDevicesAsync(string userId) =>
        await Store.Devices.ListAsync(Tenant, userId, Cancellation);

    private async Task<IEnumerable<string>> FindDeviceIdsAsync(params string[] userIds) =>
        (await Store.Devices.FindAsync(Tenant, userIds, Cancellation)).Select(device => device.Id).Order(StringComparer.Ordinal);
}
