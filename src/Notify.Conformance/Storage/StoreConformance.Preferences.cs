using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests that the preferences of a user do not depend on the profile.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Every_field_of_a_preference_is_stored()
    {
        Preference[] preferences =
        [
            OptOut(null, null),
            OptOut("märketing", null) with
            {
                Source = PreferenceSource.UnsubscribeLink,
            },
            OptOut(null, Channel.Sms) with
            {
                Source = PreferenceSource.Create("kiosk"),
                ChangedAt = Now.AddTicks(1),
            },
            new()
            {
                Category = "alarm",
                Channel = Channel.Push,
                Status = PreferenceStatus.OptedIn,
                ChangedAt = Now.AddDays(-400),
            },
        ];
        await Store.Users.SaveAsync([FullUser()], Cancellation);

        Assert.True(
            await Store.Users.UpdateAsync(Tenant, FullUser().Id, user => user with { Preferences = preferences }, Cancellation)
        );

        Same.As(
            Stored(FullUser(), preferences),
            Assert.Single(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation))
        );
        var answer = await Store.RecipientChecks.ReadAsync([CreateQuestion(FullUser().Id)], Cancellation);
        Same.As(Stored(FullUser(), preferences), Assert.Single(answer).User);
    }

    [Fact]
    public async Task A_profile_sync_leaves_every_preference_in_place()
    {
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => $"u{i:00}")];
        await Store.Users.SaveAsync([.. ids.Select(id => new User { Tenant = Tenant, Id = id })], Cancellation);
        PreferenceSource[] sources = [PreferenceSource.UnsubscribeLink, PreferenceSource.Reply, PreferenceSource.Api];
        foreach (var (id, i) in ids.Select((id, i) => (id, i)))
        {
            var optOut = OptOut(null, Channel.Email) with { Source = sources[i % 3] };
            await Store.Users.UpdateAsync(Tenant, id, user => user.With(optOut), Cancellation);
        }

        await Store.Users.SaveAsync(
            [
                .. ids.Select(id => new User
                {
                    Tenant = Tenant,
                    Id = id,
                    Locale = "sv",
                }),
            ],
            Cancellation
        );
        foreach (var id in ids)
            await Store.Users.UpdateAsync(Tenant, id, SpeakGerman, Cancellation);

        var found = await Store.Users.FindAsync(Tenant, ids, Cancellation);
        Assert.All(found, user => Assert.Equal("de", user.User?.Locale));
        Assert.Equal(
            ids.Select((_, i) => (PreferenceStatus.OptedOut, sources[i % 3])),
            found
                .OrderBy(user => user.Id, StringComparer.Ordinal)
                .Select(user => (Assert.Single(user.Preferences).Status, user.Preferences[0].Source))
        );
    }

    [Fact]
    public async Task Preferences_that_are_stored_before_the_profile_remain()
    {
        var optOut = OptOut("news", Channel.Email);
        Assert.True(await Store.Users.UpdateAsync(Tenant, "u", user => user.With(optOut), Cancellation));

        var early = new UserRecord
        {
            Tenant = Tenant,
            Id = "u",
            Preferences = [optOut],
        };
        Same.As(early, Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)));
        Assert.Empty(await Store.Users.ListAsync(Tenant, "", "", 10, Cancellation));
        var question = CreateQuestion("u");
        Same.As(early, Assert.Single(await Store.RecipientChecks.ReadAsync([question], Cancellation)).User);

        var profile = new User { Tenant = Tenant, Id = "u" };
        await Store.Users.SaveAsync([profile], Cancellation);

        Same.As(Stored(profile, optOut), Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)));
        Assert.Equal(["u"], (await Store.Users.ListAsync(Tenant, "", "", 10, Cancellation)).Select(user => user.Id));

        Assert.True(await Store.Users.RemoveAsync(Tenant, "u", Cancellation));
        await Store.Users.SaveAsync([profile], Cancellation);
        Same.As(Stored(profile), Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)));
    }

    [Fact]
    public async Task Profiles_saved_and_preferences_changed_at_the_same_time_are_both_kept()
    {
        await InParallelAsync(32, async i =>
        {
            if (i % 2 == 0)
                await Store.Users.SaveAsync(
                    [
                        new User
                        {
                            Tenant = Tenant,
                            Id = "u",
                            Locale = "sv",
                        },
                    ],
                    Cancellation
                );
            else
                await Store.Users.UpdateAsync(Tenant, "u", user => user.With(OptOut($"category-{i}", null)), Cancellation);
        });

        var found = Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation));
        Assert.Equal(("sv", 16), (found.User?.Locale, found.Preferences.Count));
    }

    private static RecipientQuestion CreateQuestion(string userId) =>
        new()
        {
            Tenant = Tenant,
            UserId = userId,
            WithDevices = false,
        };

    private Preference OptOut(string? category, Channel? channel) =>
        new()
        {
            Category = category,
            Channel = channel,
            Status = PreferenceStatus.OptedOut,
            ChangedAt = Now,
        };
}
