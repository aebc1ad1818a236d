namespace Notify.Conformance.Storage;

/// <summary>This part tests concurrent changes to one user.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_change_is_applied_to_the_stored_user()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);

        Assert.True(await Store.Users.UpdateAsync(Tenant, FullUser().Id, user => user with { Locale = "de" }, Cancellation));

        Same.As(
            FullUser() with
            {
                Locale = "de",
            },
            Assert.Single(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation))
        );
    }

    [Fact]
    public async Task A_change_that_returns_null_or_finds_no_user_has_no_effect()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);

        Assert.False(await Store.Users.UpdateAsync(Tenant, FullUser().Id, _ => null, Cancellation));
        Assert.False(
            await Store.Users.UpdateAsync(OtherTenant, FullUser().Id, user => user with { Locale = "de" }, Cancellation)
        );
        Assert.False(await Store.Users.UpdateAsync(Tenant, "unknown", user => user with { Locale = "de" }, Cancellation));

        Same.As(FullUser(), Assert.Single(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation)));
        Assert.Empty(await Store.Users.FindAsync(Tenant, ["unknown"], Cancellation));
    }

    [Fact]
    public async Task None_of_32_concurrent_changes_is_lost()
    {
        await Store.Users.SaveAsync([new User { Tenant = Tenant, Id = "u" }], Cancellation);

        await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(i =>
                    Task.Run(async () =>
                        Assert.True(
                            await Store.Users.UpdateAsync(
                                Tenant,
                                "u",
                                user => user.With(new Preference($"category-{i}", null, false)),
                                Cancellation
                            )
                        )
                    )
                )
        );

        Assert.Equal(32, Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)).Preferences.Count);
    }
}
