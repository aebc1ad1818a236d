using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests concurrent and conditional changes to one user.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_change_is_applied_to_the_stored_user()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);

        Assert.True(await Store.Users.UpdateAsync(Tenant, FullUser().Id, SpeakGerman, Cancellation));

        Same.As(
            Stored(FullUser() with { Locale = "de" }),
            Assert.Single(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation))
        );
    }

    [Fact]
    public async Task A_change_that_returns_null_has_no_effect()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);

        Assert.False(await Store.Users.UpdateAsync(Tenant, FullUser().Id, _ => null, Cancellation));
        Assert.False(await Store.Users.UpdateAsync(OtherTenant, FullUser().Id, SpeakGerman, Cancellation));
        Assert.False(await Store.Users.UpdateAsync(Tenant, "unknown", SpeakGerman, Cancellation));

        Same.As(Stored(FullUser()), Assert.Single(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation)));
        Assert.Empty(await Store.Users.FindAsync(Tenant, ["unknown"], Cancellation));
    }

    [Fact]
    public async Task None_of_32_concurrent_changes_is_lost()
    {
        await InParallelAsync(32, async i =>
            Assert.True(
                await Store.Users.UpdateAsync(Tenant, "u", user => user.With(OptOut($"category-{i}", null)), Cancellation)
            )
        );

        Assert.Equal(32, Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)).Preferences.Count);
    }

    [Fact]
    public async Task Of_concurrent_changes_with_the_same_condition_exactly_one_is_made()
    {
        foreach (var before in (string?[])[null, "sv", "de"])
        {
            var made = 0;
            var language = before switch
            {
                null => "sv",
                "sv" => "de",
                _ => "fi",
            };
            await InParallelAsync(16, async _ =>
            {
                if (await Store.Users.UpdateAsync(Tenant, "u", Speak, Cancellation))
                    Interlocked.Increment(ref made);
            });

            Assert.Equal(1, made);
            Assert.Equal(language, Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)).User?.Locale);

            UserRecord? Speak(UserRecord user) =>
                user.User?.Locale == before
                    ? user with
                    {
                        User = new User
                        {
                            Tenant = Tenant,
                            Id = "u",
                            Locale = language,
                        },
                    }
                    : null;
        }
    }

    [Fact]
    public async Task A_user_is_removed_only_if_the_condition_holds()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);
        var stored = Stored(FullUser(), OptOut("news", null));
        await Store.Users.UpdateAsync(Tenant, FullUser().Id, user => user.With(OptOut("news", null)), Cancellation);
        await RegisterAsync("d", FullUser().Id);
        await Store.Topics.SubscribeAsync(Tenant, "news", [FullUser().Id], Cancellation);

        Assert.False(await Store.Users.RemoveAsync(Tenant, FullUser().Id, user => user.User?.Locale == "de", Cancellation));

        Same.As(stored, Assert.Single(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation)));
        Assert.Single(await Store.Devices.ListAsync(Tenant, FullUser().Id, Cancellation));
        Assert.Equal([FullUser().Id], await Store.Topics.ListAsync(Tenant, "news", "", 10, Cancellation));

        UserRecord? seen = null;
        Assert.True(await Store.Users.RemoveAsync(Tenant, FullUser().Id, user => (seen = user) is not null, Cancellation));

        Same.As(stored, seen);
        Assert.Empty(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation));
        Assert.Empty(await Store.Devices.ListAsync(Tenant, FullUser().Id, Cancellation));
        Assert.Empty(await Store.Topics.ListAsync(Tenant, "news", "", 10, Cancellation));
    }

    private static UserRecord? SpeakGerman(UserRecord stored) => stored.WithUser(user => user with { Locale = "de" });

    private static Task InParallelAsync(int count, Func<int, Task> act) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => act(i))));
}
