namespace Notify.Cli.Tests;

/// <summary>The life of an API key.</summary>
public sealed class KeyTests(Service service)
{
    [Fact]
    public async Task A_key_is_created_rotated_and_revoked()
    {
        using var admin = service.CreateUser();
        var created = (await admin.RunAsync("keys", "create", "--name", "shop", "--scope", "read", "--scope", "send", "--json"))
            .Expect(0)
            .Json;
        var id = created.GetProperty("key").GetProperty("id").GetString()!;
        var first = created.GetProperty("secret").GetString()!;
        await ExpectAsync(admin, first, 0);

        var listed = (await admin.RunAsync("keys", "list")).Expect(0).Output;
        Assert.Contains($"{id}\tshop\tlive\tsend read\t{first[..20]}", listed);
        Assert.DoesNotContain(first, listed);

        var rotated = (await admin.RunAsync("keys", "rotate", id, "--overlap", "0")).Expect(0);
        await ExpectAsync(admin, rotated.Output.Trim(), 0);
        await ExpectAsync(admin, first, 3);

        (await admin.RunAsync("keys", "revoke", id)).Expect(0);
        await ExpectAsync(admin, rotated.Output.Trim(), 3);
        (await admin.RunAsync("keys", "revoke", id)).Expect(4);
        (await admin.RunAsync("keys", "rotate", id)).Expect(4);
    }

    [Fact]
    public async Task A_key_without_the_scope_is_told_which_one_it_lacks()
    {
        using var admin = service.CreateUser();
        var secret = (await admin.RunAsync("keys", "create", "--name", "shop", "--scope", "send")).Expect(0).Output.Trim();
        using var shop = new ToolUser(service.Address, secret, admin.Tenant);

        var refused = (await shop.RunAsync("keys", "list")).Expect(3);

        Assert.Contains("admin", refused.Error);
        Assert.DoesNotContain(secret, refused.Output + refused.Error);
    }

    private async Task ExpectAsync(ToolUser admin, string secret, int exitCode)
    {
        using var user = new ToolUser(service.Address, secret, admin.Tenant);
        (await user.RunAsync("dead-letters", "list")).Expect(exitCode);
    }
}
