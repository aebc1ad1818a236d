namespace Notify.Cli.Tests;

/// <summary>The form of tables for people and for programs.</summary>
public sealed class OutputTests(Service service)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_is_drawn_on_a_terminal_and_is_plain_lines_with_tabs_elsewhere(bool isTerminal)
    {
        using var user = service.CreateUser();
        user.IsTerminal = isTerminal;
        (await user.RunAsync("keys", "create", "--name", "shop", "--scope", "read")).Expect(0);

        var list = (await user.RunAsync("keys", "list")).Expect(0).Output;

        Assert.Equal(isTerminal, list.Contains("Last used"));
        Assert.Equal(!isTerminal, list.Contains("\tshop\tlive\tread\t"));
    }
}
