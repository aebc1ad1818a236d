using System.Diagnostics;
using System.Globalization;
using Notify.TestSupport;

namespace Notify.Cli.Tests;

/// <summary>The tool as a process: completions in a shell, and Ctrl+C.</summary>
public sealed class ProcessTests(Service service)
{
    [Fact]
    public async Task Bash_completes_commands_with_the_script()
    {
        using var user = new ToolUser(null, null, Trigger.DefaultTenant);
        var script = (await user.RunAsync("completions", "bash")).Expect(0).Output;
        var test = await user.WriteAsync(
            "test.sh",
            $$"""
            notify() { dotnet exec '{{ToolUser.Program}}' "$@"; }
            {{script}}
            COMP_LINE='notify keys r' COMP_POINT=13 COMP_WORDS=(notify keys r) COMP_CWORD=2
            _notify_complete
            echo "${COMPREPLY[@]}"
            """
        );

        Assert.Equal("revoke rotate\n", await Command.RunAsync(user.Folder, "bash", [test]));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _notify_complete notify")]
    [InlineData("zsh", "compdef _notify_complete notify")]
    [InlineData("fish", "complete --command notify")]
    [InlineData("powershell", "Register-ArgumentCompleter -Native -CommandName notify")]
    public async Task Every_shell_has_a_script(string shell, string registration)
    {
        using var user = new ToolUser(null, null, Trigger.DefaultTenant);

        Assert.Contains(registration, (await user.RunAsync("completions", shell)).Expect(0).Output);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_process_with_its_own_exit_code_and_no_stack_trace()
    {
        using var user = service.CreateUser();
        await using var tail = user.Start("tail");
        await Eventually.TrueAsync(() => tail.HasExited || tail.Output.Contains("Connected"), "the connection");

        using (var kill = Process.Start("kill", ["-INT", tail.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await tail.WaitForExitAsync();

        Assert.Equal(130, tail.ExitCode);
        Assert.EndsWith("Stopped.", tail.Output);
        Assert.DoesNotContain("   at ", tail.Output);
    }
}
