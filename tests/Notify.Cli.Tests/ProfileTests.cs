using System.Runtime.Versioning;
using System.Text.Json;

namespace Notify.Cli.Tests;

/// <summary>Signing in, and which service a command calls.</summary>
public sealed class ProfileTests(Service service)
{
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_login_stores_the_key_so_that_only_the_user_can_read_it_and_never_prints_it()
    {
        using var user = new ToolUser(null, null, Trigger.DefaultTenant);

        var login = await user.RunAsync(
            ["login", "--address", service.Address, "--key-stdin", "--profile", "staging"],
            $"{Service.Key}\n",
            CancellationToken.None
        );

        login.Expect(0);
        Assert.DoesNotContain(Service.Key, login.Output + login.Error);
        Assert.Contains(Service.Key, await File.ReadAllTextAsync(user.ProfileFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(user.ProfileFile));
        (await user.RunAsync("keys", "list", "--profile", "staging")).Expect(0);
        var unknown = (await user.RunAsync("keys", "list", "--profile", "production")).Expect(2);
        Assert.Contains("'production' does not exist", unknown.Error);

        (await user.RunAsync("logout", "--profile", "staging")).Expect(0);
        (await user.RunAsync("logout", "--profile", "staging")).Expect(4);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_not_stored()
    {
        using var user = new ToolUser(null, null, Trigger.DefaultTenant);

        var login = await user.RunAsync(
            ["login", "--address", service.Address, "--key-stdin", "--json"],
            "wrong\n",
            CancellationToken.None
        );

        login.Expect(3);
        Assert.Equal("unauthorized", login.ErrorJson.GetProperty("error").GetProperty("code").GetString());
        Assert.False(File.Exists(user.ProfileFile));
    }

    [Fact]
    public async Task The_key_of_a_profile_is_never_sent_to_the_address_of_the_environment()
    {
        using var user = new ToolUser(null, null, Trigger.DefaultTenant);
        await user.RunAsync(["login", "--address", service.Address, "--key-stdin"], $"{Service.Key}\n", CancellationToken.None);

        user.Variables["NOTIFY_ADDRESS"] = service.Address;
        (await user.RunAsync("keys", "list")).Expect(3);

        user.Variables["NOTIFY_API_KEY"] = Service.Key;
        (await user.RunAsync("keys", "list")).Expect(0);
    }

    [Fact]
    public async Task An_address_that_cannot_be_reached_has_its_own_exit_code()
    {
        using var user = new ToolUser("http://127.0.0.1:9", Service.Key, Trigger.DefaultTenant);

        var result = (await user.RunAsync("send", "--user", "ada", "--body", "Hi", "--json")).Expect(6);

        Assert.Equal(6, result.ErrorJson.GetProperty("exitCode").GetInt32());
        Assert.Equal("unreachable", result.ErrorJson.GetProperty("error").GetProperty("code").GetString());
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Without_a_service_the_error_tells_how_to_sign_in()
    {
        using var user = new ToolUser(null, null, Trigger.DefaultTenant);

        Assert.Contains("notify login", (await user.RunAsync("keys", "list")).Expect(2).Error);
    }

    [Theory]
    [InlineData("status abc", "'abc' is not an ID")]
    [InlineData("send --user ada --send-at tomorrow", "--send-at: 'tomorrow' is not a time")]
    [InlineData("keys create --name x --scope everything", "--scope: 'everything' is not known. Use one of send, read")]
    [InlineData("keys rotate 0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04 --overlap soon", "--overlap: 'soon' is not a duration")]
    [InlineData("load --concurrency 0", "--concurrency: '0' is not valid. Use a whole number from 1 to 1000")]
    [InlineData("devices import nothing.csv", "nothing.csv does not exist")]
    [InlineData("send --body Hi", "Give a recipient")]
    [InlineData("send --user ada --data [1]", "--data must be a JSON object")]
    [InlineData("broadcast --body Hi", "--topic is required")]
    [InlineData("tail --type Everything", "--type: 'Everything' is not a type of events")]
    [InlineData("dead-letters replay", "or replay every one with --all")]
    [InlineData("completions csh", "'csh'")]
    public async Task A_wrong_command_line_names_what_is_wrong_and_what_is_right(string line, string message)
    {
        using var user = new ToolUser(service.Address, Service.Key, Trigger.DefaultTenant);

        var result = (await user.RunAsync(line.Split(' '))).Expect(2);

        Assert.Contains(message, result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        var json = (await user.RunAsync([.. line.Split(' '), "--json"])).Expect(2).ErrorJson;
        Assert.Contains(message, json.GetProperty("error").GetProperty("message").GetString());
    }
}
