namespace Notify.Conformance.Storage;

/// <summary>This part tests templates and their versions.</summary>
public abstract partial class StoreConformance
{
    private const int MaxVersions = 100;

    [Fact]
    public async Task Every_field_of_a_template_is_stored()
    {
        var template = new Template
        {
            Tenant = Tenant,
            Name = "order-shipped ☀",
            SavedAt = Now,
            Variants =
            [
                new TemplateVariant { Body = "Hello {{name}}" },
                new TemplateVariant
                {
                    Channel = Channel.Email,
                    Locale = "pt-BR",
                    Title = "Olá {{name}}",
                    Body = "Olá",
                    Html = "<p>{{name | raw}} &amp; é</p>",
                },
            ],
        };

        Assert.Equal(1, await Store.Templates.SaveAsync(template, MaxVersions, Cancellation));

        Same.As(template with { Version = 1 }, await Store.Templates.FindAsync(Tenant, template.Name, null, Cancellation));
    }

    [Fact]
    public async Task Versions_are_numbered_and_kept()
    {
        for (var version = 1; version <= 3; version++)
            Assert.Equal(version, await Store.Templates.SaveAsync(CreateTemplate($"text {version}"), MaxVersions, Cancellation));

        for (var version = 1; version <= 3; version++)
        {
            var template = await Store.Templates.FindAsync(Tenant, "welcome", version, Cancellation);
            Assert.Equal((version, $"text {version}"), (template!.Version, template.Variants[0].Body));
        }

        Assert.Equal(3, (await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation))!.Version);
    }

    [Fact]
    public async Task Kept_versions_are_listed_newest_first()
    {
        for (var version = 1; version <= 5; version++)
        {
            var template = CreateTemplate($"text {version}") with { SavedAt = Now.AddMinutes(version) };
            await Store.Templates.SaveAsync(template, 4, Cancellation);
        }

        await Store.Templates.SaveAsync(CreateTemplate("other") with { Name = "welcome2" }, MaxVersions, Cancellation);

        Assert.Equal([5, 4, 3, 2], await ListVersionsAsync("welcome", null, 10));
        Assert.Equal([5, 4], await ListVersionsAsync("welcome", null, 2));
        Assert.Equal([3, 2], await ListVersionsAsync("welcome", 4, 10));
        Assert.Empty(await ListVersionsAsync("welcome", 2, 10));
        Assert.Empty(await ListVersionsAsync("nothing", null, 10));
        Assert.Empty(await Store.Templates.ListVersionsAsync(OtherTenant, "welcome", null, 10, Cancellation));
        var newest = (await Store.Templates.ListVersionsAsync(Tenant, "welcome", null, 1, Cancellation))[0];
        Assert.Equal(Now.AddMinutes(5), newest.SavedAt);

        async Task<IEnumerable<int>> ListVersionsAsync(string name, int? before, int limit) =>
            (await Store.Templates.ListVersionsAsync(Tenant, name, before, limit, Cancellation)).Select(one => one.Version);
    }

    [Fact]
    public async Task The_store_numbers_versions_and_ignores_that_of_the_template()
    {
        Assert.Equal(1, await Store.Templates.SaveAsync(CreateTemplate("text") with { Version = 41 }, MaxVersions, Cancellation));

        Assert.Equal(1, (await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation))!.Version);
    }

    [Fact]
    public async Task An_unknown_template_or_version_is_not_found()
    {
        await Store.Templates.SaveAsync(CreateTemplate("text"), MaxVersions, Cancellation);

        Assert.Null(await Store.Templates.FindAsync(Tenant, "Welcome", null, Cancellation));
        Assert.Null(await Store.Templates.FindAsync(Tenant, "welcome", 2, Cancellation));
        Assert.Null(await Store.Templates.FindAsync(Tenant, "welcome", 0, Cancellation));
    }

    [Fact]
    public async Task Tenants_do_not_share_templates()
    {
        await Store.Templates.SaveAsync(CreateTemplate("mine"), MaxVersions, Cancellation);

        Assert.Null(await Store.Templates.FindAsync(OtherTenant, "welcome", null, Cancellation));
        Assert.Equal(
            1,
            await Store.Templates.SaveAsync(CreateTemplate("theirs") with { Tenant = OtherTenant }, MaxVersions, Cancellation)
        );
        Assert.Equal("mine", (await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation))!.Variants[0].Body);
    }

    [Fact]
    public async Task Concurrently_saved_templates_get_distinct_versions()
    {
        var versions = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i =>
                    Task.Run(async () => await Store.Templates.SaveAsync(CreateTemplate($"text {i}"), MaxVersions, Cancellation))
                )
        );

        Assert.Equal(Enumerable.Range(1, 16), versions.Order());
    }

    [Fact]
    public async Task Only_the_newest_versions_are_kept()
    {
        for (var version = 1; version <= 5; version++)
            Assert.Equal(version, await Store.Templates.SaveAsync(CreateTemplate($"text {version}"), 3, Cancellation));
        await Store.Templates.SaveAsync(CreateTemplate("other") with { Name = "other" }, 1, Cancellation);

        Assert.Equal("3 4 5", await ListVersionsAsync(5));

        Assert.Equal(6, await Store.Templates.SaveAsync(CreateTemplate("text 6"), 1, Cancellation));
        Assert.Equal("6", await ListVersionsAsync(6));
    }

    [Fact]
    public async Task A_version_that_is_in_use_is_kept_until_its_time()
    {
        await Store.Templates.SaveAsync(CreateTemplate("text 1"), 1, Cancellation);
        await Store.Templates.KeepAsync(Tenant, "welcome", 1, Now.AddDays(2), Cancellation);
        // An earlier time has no effect.
        await Store.Templates.KeepAsync(Tenant, "welcome", 1, Now.AddDays(1), Cancellation);
        await Store.Templates.KeepAsync(Tenant, "welcome", 7, Now.AddDays(1), Cancellation);
        await Store.Templates.KeepAsync(OtherTenant, "welcome", 1, Now.AddDays(9), Cancellation);

        await SaveAsync(2, at: Now);
        await SaveAsync(3, at: Now.AddDays(2) - TimeSpan.FromSeconds(1));
        Assert.Equal("1 3", await ListVersionsAsync(3));
        Assert.Equal("text 1", (await Store.Templates.FindAsync(Tenant, "welcome", 1, Cancellation))!.Variants[0].Body);

        await SaveAsync(4, at: Now.AddDays(2));
        Assert.Equal("4", await ListVersionsAsync(4));

        async Task SaveAsync(int version, DateTimeOffset at) =>
            Assert.Equal(
                version,
                await Store.Templates.SaveAsync(CreateTemplate($"text {version}") with { SavedAt = at }, 1, Cancellation)
            );
    }

    [Fact]
    public async Task A_deleted_template_is_removed_with_all_its_versions()
    {
        for (var version = 1; version <= 3; version++)
            await Store.Templates.SaveAsync(CreateTemplate($"text {version}"), MaxVersions, Cancellation);
        await Store.Templates.KeepAsync(Tenant, "welcome", 2, Now.AddDays(1), Cancellation);
        await Store.Templates.SaveAsync(CreateTemplate("theirs") with { Tenant = OtherTenant }, MaxVersions, Cancellation);
        await Store.Templates.SaveAsync(CreateTemplate("other") with { Name = "welcome2" }, MaxVersions, Cancellation);

        Assert.False(await Store.Templates.DeleteAsync(Tenant, "Welcome", Cancellation));
        Assert.True(await Store.Templates.DeleteAsync(Tenant, "welcome", Cancellation));

        Assert.Empty(await ListVersionsAsync(3));
        Assert.Null(await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation));
        Assert.False(await Store.Templates.DeleteAsync(Tenant, "welcome", Cancellation));
        Assert.Equal(["welcome2"], (await Store.Templates.ListAsync(Tenant, "", "", 10, Cancellation)).Select(left => left.Name));
        Assert.NotNull(await Store.Templates.FindAsync(OtherTenant, "welcome", null, Cancellation));
        Assert.NotNull(await Store.Templates.FindAsync(Tenant, "welcome2", null, Cancellation));
        Assert.Equal(1, await Store.Templates.SaveAsync(CreateTemplate("again"), MaxVersions, Cancellation));
        Assert.Equal("again", (await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation))!.Variants[0].Body);
    }

    private async Task<string> ListVersionsAsync(int newest)
    {
        var found = new List<int>();
        for (var version = 1; version <= newest; version++)
        {
            if (await Store.Templates.FindAsync(Tenant, "welcome", version, Cancellation) is { } template)
                found.Add(template.Version);
        }

        return string.Join(' ', found);
    }

    private Template CreateTemplate(string body) =>
        new()
        {
            Tenant = Tenant,
            Name = "welcome",
            SavedAt = Now,
            Variants = [new TemplateVariant { Body = body }],
        };
}
