using Notify.Planning;

namespace Notify.Conformance;

/// <summary>This part: templates and their versions.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Every_field_of_a_template_is_kept()
    {
        var template = new Template
        {
            Tenant = Tenant,
            Name = "order-shipped ☀",
            SavedAt = Now,
            Variants =
            [
                new TemplateVariant(null, null, null, "Hello {{name}}"),
                new TemplateVariant(Channel.Email, "pt-BR", "Olá {{name}}", "Olá", "<p>{{name | raw}} &amp; é</p>"),
            ],
        };

        Assert.Equal(1, await Store.Templates.SaveAsync(template, Cancellation));

        Same.As(template with { Version = 1 }, await Store.Templates.FindAsync(Tenant, template.Name, null, Cancellation));
    }

    [Fact]
    public async Task Versions_count_up_and_stay()
    {
        for (var version = 1; version <= 3; version++)
            Assert.Equal(version, await Store.Templates.SaveAsync(Saying($"text {version}"), Cancellation));

        for (var version = 1; version <= 3; version++)
        {
            var template = await Store.Templates.FindAsync(Tenant, "welcome", version, Cancellation);
            Assert.Equal((version, $"text {version}"), (template!.Version, template.Variants[0].Body));
        }

        Assert.Equal(3, (await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation))!.Version);
    }

    [Fact]
    public async Task The_store_counts_versions_whatever_the_template_says()
    {
        Assert.Equal(1, await Store.Templates.SaveAsync(Saying("text") with { Version = 41 }, Cancellation));

        Assert.Equal(1, (await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation))!.Version);
    }

    [Fact]
    public async Task An_unknown_template_or_version_is_null()
    {
        await Store.Templates.SaveAsync(Saying("text"), Cancellation);

        Assert.Null(await Store.Templates.FindAsync(Tenant, "Welcome", null, Cancellation));
        Assert.Null(await Store.Templates.FindAsync(Tenant, "welcome", 2, Cancellation));
        Assert.Null(await Store.Templates.FindAsync(Tenant, "welcome", 0, Cancellation));
    }

    [Fact]
    public async Task Tenants_do_not_share_templates()
    {
        await Store.Templates.SaveAsync(Saying("mine"), Cancellation);

        Assert.Null(await Store.Templates.FindAsync(OtherTenant, "welcome", null, Cancellation));
        Assert.Equal(1, await Store.Templates.SaveAsync(Saying("theirs") with { Tenant = OtherTenant }, Cancellation));
        Assert.Equal("mine", (await Store.Templates.FindAsync(Tenant, "welcome", null, Cancellation))!.Variants[0].Body);
    }

    [Fact]
    public async Task Templates_saved_at_the_same_time_get_versions_of_their_own()
    {
        var versions = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i => Task.Run(async () => await Store.Templates.SaveAsync(Saying($"text {i}"), Cancellation)))
        );

        Assert.Equal(Enumerable.Range(1, 16), versions.Order());
    }

    private Template Saying(string body) =>
        new()
        {
            Tenant = Tenant,
            Name = "welcome",
            SavedAt = Now,
            Variants = [new TemplateVariant(null, null, null, body)],
        };
}
