namespace Notify.Cli.Tests;

/// <summary>Templates as files, which are promoted from one environment to another.</summary>
public sealed class TemplateTests(Service service)
{
    [Fact]
    public async Task Templates_are_pulled_from_one_environment_and_pushed_to_another()
    {
        using var staging = service.CreateUser();
        using var production = service.CreateUser();
        var catalog = service.Get<ITemplateCatalog>();
        var shipped = CreateShipped(staging.Tenant);
        await catalog.SaveAsync(
            new Template
            {
                Tenant = staging.Tenant,
                Name = "frame",
                Variants = [new() { Body = "<{{ content }}>" }],
            }
        );
        await catalog.SaveAsync(shipped);
        var folder = staging.File("templates");

        var pulled = (await staging.RunAsync("templates", "pull", folder)).Expect(0).Output;

        Assert.Equal("added a/shipped\nadded frame\n", pulled);
        Assert.Equal(
            "Order {{ order }}\n",
            await File.ReadAllTextAsync(Path.Combine(folder, "a%2Fshipped", "email.sv.title.liquid"))
        );
        (await staging.RunAsync("templates", "diff", folder)).Expect(0);

        // The template comes before its layout, by name.
        var dryRun = (await production.RunAsync("templates", "push", folder, "--dry-run", "--json")).Expect(0).Json;
        Assert.Equal(2, dryRun.GetProperty("changes").GetArrayLength());
        Assert.Null(await catalog.FindAsync(production.Tenant, "frame"));
        (await production.RunAsync("templates", "push", folder)).Expect(0);
        var promoted = (await catalog.FindAsync(production.Tenant, "a/shipped"))!;
        Assert.Equal(shipped.Layout, promoted.Layout);
        Assert.Equal(
            shipped.Variants.OrderBy(variant => variant.Locale).Select(Describe),
            promoted.Variants.OrderBy(variant => variant.Locale).Select(Describe)
        );

        // What does not differ gets no new version.
        Assert.Empty((await production.RunAsync("templates", "push", folder)).Expect(0).Output);
        Assert.Equal(1, (await catalog.FindAsync(production.Tenant, "a/shipped"))!.Version);
    }

    [Fact]
    public async Task A_diff_shows_lines_and_a_push_changes_and_deletes()
    {
        using var user = service.CreateUser();
        var catalog = service.Get<ITemplateCatalog>();
        await catalog.SaveAsync(
            new Template
            {
                Tenant = user.Tenant,
                Name = "hello",
                Variants = [new() { Body = "Hi\n{{ name }}" }],
            }
        );
        await catalog.SaveAsync(
            new Template
            {
                Tenant = user.Tenant,
                Name = "old",
                Variants = [new() { Body = "Old" }],
            }
        );
        (await user.RunAsync("templates", "pull", user.File("t"))).Expect(0);
        await File.WriteAllTextAsync(Path.Combine(user.File("t"), "hello", "any.body.liquid"), "Hello\n{{ name }}\n");
        Directory.Delete(Path.Combine(user.File("t"), "old"), recursive: true);

        var diff = (await user.RunAsync("templates", "diff", user.File("t"))).Expect(1).Output;

        Assert.Equal(
            "changed hello\n  any.body.liquid\n    -Hi\n    +Hello\n"
                + "deleted old\n  any.body.liquid\n    -Old\n  template.json\n    -{}\n",
            diff
        );
        Assert.Equal("changed hello\n", (await user.RunAsync("templates", "push", user.File("t"))).Expect(0).Output);
        Assert.Equal("deleted old\n", (await user.RunAsync("templates", "push", user.File("t"), "--delete")).Expect(0).Output);
        Assert.Null(await catalog.FindAsync(user.Tenant, "old"));
        (await user.RunAsync("templates", "diff", user.File("t"))).Expect(0);
    }

    [Fact]
    public async Task Errors_name_the_file_or_the_template_and_its_field()
    {
        using var user = service.CreateUser();
        Directory.CreateDirectory(user.File("t/broken"));
        var text = Path.Combine(user.File("t"), "broken", "any.body.liquid");
        await File.WriteAllTextAsync(text, "{{ name");

        Assert.Contains("broken: variants[0].body: ", (await user.RunAsync("templates", "push", user.File("t"))).Expect(5).Error);

        File.Move(text, Path.Combine(user.File("t"), "broken", "body.txt"));
        Assert.Contains(
            "Name it such as any.body.liquid",
            (await user.RunAsync("templates", "push", user.File("t"))).Expect(2).Error
        );
        Assert.Contains("does not exist", (await user.RunAsync("templates", "push", user.File("nothing"))).Expect(2).Error);
        (await user.RunAsync("templates", "pull", user.File("t"), "--name", "missing")).Expect(4);
    }

    private static Template CreateShipped(string tenant) =>
        new()
        {
            Tenant = tenant,
            Name = "a/shipped",
            Layout = "frame",
            Variants =
            [
                new() { Body = "It is on its way.\n" },
                new()
                {
                    Channel = Channel.Email,
                    Locale = "sv",
                    Title = "Order {{ order }}",
                    Body = "På väg",
                    Html = "<p>På väg</p>",
                    Inbox = new InboxContent { Url = "/orders/{{ order | url_encode }}?a=1&b=2" },
                },
            ],
        };

    private static (Channel?, string?, string?, string?, string?, string?) Describe(TemplateVariant variant) =>
        (variant.Channel, variant.Locale, variant.Title, variant.Body, variant.Html, variant.Inbox?.Url);
}
