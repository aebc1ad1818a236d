using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// The tests that every store must pass in addition to those of its queue: users, devices, topics, templates, notifications, dead
/// letters, expansions, digests, throttles and counts. Inherit it like <see cref="DeliveryQueueConformance"/>. This part tests
/// users.
/// </summary>
public abstract partial class StoreConformance : StoreSuite
{
    [Fact]
    public async Task Every_field_of_a_user_is_stored()
    {
        var user = FullUser();

        await Store.Users.SaveAsync([user], Cancellation);

        Same.As(Stored(user), Assert.Single(await Store.Users.FindAsync(Tenant, [user.Id], Cancellation)));
    }

    [Fact]
    public async Task A_user_with_only_an_id_is_stored()
    {
        var user = new User { Tenant = Tenant, Id = "u" };

        await Store.Users.SaveAsync([user], Cancellation);

        Same.As(Stored(user), Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)));
    }

    [Fact]
    public async Task Saving_a_user_again_replaces_the_user_completely()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);
        var replacement = new User
        {
            Tenant = Tenant,
            Id = FullUser().Id,
            Locale = "de",
        };

        await Store.Users.SaveAsync([replacement], Cancellation);

        Same.As(Stored(replacement), Assert.Single(await Store.Users.FindAsync(Tenant, [replacement.Id], Cancellation)));
    }

    [Fact]
    public async Task Each_known_user_is_found_once_in_one_call()
    {
        User[] users = [.. Enumerable.Range(0, 500).Select(i => new User { Tenant = Tenant, Id = $"user-{i:000}" })];
        await Store.Users.SaveAsync(users, Cancellation);

        var found = await Store.Users.FindAsync(Tenant, [.. users.Select(user => user.Id), "unknown", "user-000"], Cancellation);

        Assert.Equal(users.Select(user => user.Id), found.Select(user => user.Id).Order(StringComparer.Ordinal));
        Assert.Empty(await Store.Users.FindAsync(Tenant, [], Cancellation));
    }

    [Fact]
    public async Task User_ids_differ_by_every_character_and_case()
    {
        string[] ids = ["a", "A", "á", "a ", "用户", "'; --", "a/b", "%", "_", new string('x', 256)];
        await Store.Users.SaveAsync([.. ids.Select(id => new User { Tenant = Tenant, Id = id })], Cancellation);

        foreach (var id in ids)
            Assert.Equal(id, Assert.Single(await Store.Users.FindAsync(Tenant, [id], Cancellation)).Id);
    }

    [Fact]
    public async Task Tenants_do_not_share_users()
    {
        var user = new User
        {
            Tenant = Tenant,
            Id = "u",
            Locale = "sv",
        };
        await Store.Users.SaveAsync([user, user with { Tenant = OtherTenant, Locale = "de" }], Cancellation);

        Assert.True(await Store.Users.RemoveAsync(Tenant, "u", Cancellation));

        Assert.Empty(await Store.Users.FindAsync(Tenant, ["u"], Cancellation));
        Assert.Equal("de", Assert.Single(await Store.Users.FindAsync(OtherTenant, ["u"], Cancellation)).User?.Locale);
    }

    [Fact]
    public async Task Removing_a_user_removes_the_devices_and_subscriptions_as_well()
    {
        await Store.Users.SaveAsync(
            [new User { Tenant = Tenant, Id = "u" }, new User { Tenant = Tenant, Id = "v" }],
            Cancellation
        );
        await RegisterAsync("d", "u");
        await RegisterAsync("e", "v");
        await Store.Topics.SubscribeAsync(Tenant, "news", ["u", "v"], Cancellation);
        await Store.Topics.SubscribeAsync(OtherTenant, "news", ["u"], Cancellation);

        Assert.True(await Store.Users.RemoveAsync(Tenant, "u", Cancellation));

        Assert.Empty(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
        Assert.Single(await Store.Devices.ListAsync(Tenant, "v", Cancellation));
        Assert.Equal(["v"], await Store.Topics.ListAsync(Tenant, "news", "", 10, Cancellation));
        Assert.Equal(1, await Store.Topics.CountAsync(OtherTenant, "news", Cancellation));
    }

    [Fact]
    public async Task Removing_an_unknown_user_returns_false()
    {
        await Store.Users.SaveAsync([new User { Tenant = Tenant, Id = "u" }], Cancellation);

        Assert.False(await Store.Users.RemoveAsync(Tenant, "v", Cancellation));
        Assert.True(await Store.Users.RemoveAsync(Tenant, "u", Cancellation));
        Assert.False(await Store.Users.RemoveAsync(Tenant, "u", Cancellation));
    }

    [Theory]
    [InlineData("devices")]
    [InlineData("subscriptions")]
    public async Task Removing_a_user_without_a_profile_removes_what_there_is(string what)
    {
        if (what == "devices")
            await RegisterAsync("d", "u");
        else
            await Store.Topics.SubscribeAsync(Tenant, "news", ["u", "v"], Cancellation);

        Assert.False(await Store.Users.RemoveAsync(Tenant, "u", user => user.User is not null, Cancellation));
        UserRecord? seen = null;
        Assert.True(await Store.Users.RemoveAsync(Tenant, "u", user => (seen = user) is not null, Cancellation));

        Assert.Equal((Tenant, "u", null, 0), (seen!.Tenant, seen.Id, seen.User, seen.Preferences.Count));
        Assert.Empty(await Store.Devices.ListAsync(Tenant, "u", Cancellation));
        Assert.DoesNotContain("u", await Store.Topics.ListAsync(Tenant, "news", "", 10, Cancellation));
        Assert.False(await Store.Users.RemoveAsync(Tenant, "u", Cancellation));
    }

    private static UserRecord Stored(User user, params Preference[] preferences) =>
        new()
        {
            Tenant = user.Tenant,
            Id = user.Id,
            User = user,
            Preferences = preferences,
        };

    private static User FullUser() =>
        new()
        {
            Tenant = Tenant,
            Id = "användare/山田 ☀",
            Addresses = new Dictionary<string, string>
            {
                ["email"] = "åsa@exämple.org",
                ["phone"] = "+46701234567",
                ["fax"] = "1",
            },
            Locale = "pt-BR",
            TimeZone = "Europe/Stockholm",
            QuietHours = new QuietHours(new TimeOnly(22, 30), new TimeOnly(7, 0)),
        };
}
